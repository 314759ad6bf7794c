import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { type FileLocation, isUsable } from "../url.ts";
import { resolveRedirect } from "./redirect.ts";

/** Where to ask for the file: at the job's URL, or where redirects have led from there. */
export class Route {
  /** Where the next request goes. */
  target: FileLocation;
  private original: FileLocation;
  private redirects = 0;
  /** Of the whole download, whatever comes in between. */
  private redirectsTotal = 0;

  constructor(original: FileLocation) {
    this.original = original;
    this.target = original;
  }

  /** @throws Failure LOCATION_UNSUPPORTED */
  check(): void {
    if (!isUsable(this.target)) throw new Failure("LOCATION_UNSUPPORTED", this.target.host);
  }

  isRedirected(): boolean {
    return this.target !== this.original;
  }

  /**
   * @param location of a redirect, as the server told it
   * @throws Failure REDIRECT_REFUSED, HTTP_RESPONSE
   */
  follow(location: string | undefined): void {
    this.redirects += 1;
    this.redirectsTotal += 1;
    if (this.redirects > config.redirectMax) throw tooMany(`${config.redirectMax} redirects`);
    if (this.redirectsTotal > config.redirectTotalMax) {
      throw tooMany(`${config.redirectTotalMax} redirects for one file`);
    }
    if (location === undefined) throw new Failure("HTTP_RESPONSE", "redirect to nowhere");
    this.target = resolveRedirect(this.target, location);
  }

  /** The redirects have led to the file. */
  arrived(): void {
    this.redirects = 0;
  }

  /** The way begins again at the job's URL. */
  restart(): void {
    this.target = this.original;
    this.redirects = 0;
  }

  /** The job has a fresh URL. */
  replace(original: FileLocation): void {
    this.original = original;
    this.restart();
  }
}

function tooMany(than: string): Failure {
  return new Failure("REDIRECT_REFUSED", `more than ${than}`);
}
