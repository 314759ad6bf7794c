import { spawn } from "node:child_process";

/** Shows a page to whoever sits at this machine; does nothing where there is no desktop. */
export function openInBrowser(url: string, env: NodeJS.ProcessEnv = process.env): void {
  const program = openerOf(process.platform, env);
  if (program === undefined) return;
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  // The URL is printed in any case.
  child.on("error", () => undefined);
  child.unref();
}

/** The program that opens a URL; undefined where there is no desktop. */
export function openerOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform === "darwin") return "open";
  const hasDesktop = Boolean(env["DISPLAY"]) || Boolean(env["WAYLAND_DISPLAY"]);
  return platform === "linux" && hasDesktop ? "xdg-open" : undefined;
}
