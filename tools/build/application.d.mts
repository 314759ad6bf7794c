/** @returns absolute path of the module that the board starts, or undefined */
export function mainOf(folder: string): string | undefined;
