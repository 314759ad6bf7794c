import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { type FileLocation, isUsable } from "../url.ts";
import { malformed, OddAnswer } from "./odd-answer.ts";
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
   * @throws OddAnswer REDIRECT_REFUSED, HTTP_RESPONSE
   * @throws Failure REDIRECT_REFUSED where no further one is followed
   */
  follow(location: string | undefined): void {
    this.redirects += 1;
    this.redirectsTotal += 1;
    if (this.redirectsTotal > config.redirectTotalMax) {
      const most = `more than ${config.redirectTotalMax} redirects for one file`;
      throw new Failure("REDIRECT_REFUSED", most);
    }
    if (this.redirects > config.redirectMax) {
      throw new OddAnswer("REDIRECT_REFUSED", `more than ${config.redirectMax} redirects`);
    }
    if (location === undefined) throw malformed("redirect to nowhere");
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
