import { ReadlineParser, SerialPort } from "serialport";
import { UsageError } from "../../command-line/usage-error.ts";
import type { OnLine, Source } from "./source.ts";

/** @throws UsageError if the port cannot be opened */
export async function openSerial(path: string, baudRate: number, onLine: OnLine): Promise<Source> {
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(new UsageError(`${path}: ${error.message.replace(/^Error:? */, "")}`));
    });
  });
  const lines = port.pipe(new ReadlineParser({ delimiter: "\n" }));
  lines.on("data", (text: string) => onLine(text.trimEnd()));
  const ended = new Promise<string | undefined>((resolve) => {
    port.on("error", ({ message }) => resolve(`${path}: ${message}`));
    // The library tells by an error that nobody asked for the end: the plug was pulled.
    port.on("close", (error?: Error | null) => resolve(error ? `${path} is gone` : undefined));
  });
  const close = (): void => {
    lines.removeAllListeners("data");
    if (port.isOpen) port.close();
  };
  return { ended, close };
}
