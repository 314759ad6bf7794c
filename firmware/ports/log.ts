/** One line for people on the console, without line end. Never holds a secret or a query string. */
export type Log = (line: string) => void;
