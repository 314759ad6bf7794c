import { JsonReader, type JsonVerdict } from "./json/reader.ts";
import type { JsonValue } from "./json/value.ts";
import { hexExecution, outcomeMessage, patchExecution } from "./message-fields.ts";
import { type PatchOffer, PatchOffers } from "./patch-offers.ts";
import type { JobTopic } from "./topics.ts";

export type InboxVerdict = JsonVerdict | "noObject";

/** For the log; never what the message held: a signed URL, maybe. */
export const inboxProblems: Readonly<Record<Exclude<InboxVerdict, "sound">, string>> =
  Object.freeze({
    malformed: "not JSON",
    noObject: "not a JSON object",
    tooDeep: "JSON nests too deep",
    ambiguous: "a name comes twice in it",
  });

/**
 * The message that is coming in, one at a time: what its topic makes it, and what is kept of it.
 * Memory is the reader's, bounded, however long a message is, and given back by `drop`.
 */
export class Inbox {
  /** Undefined while there is no message, or one that is not wanted. */
  topic: JobTopic | undefined;
  private readonly reader: JsonReader;
  private readonly offers: PatchOffers;
  /** The patch whose location is kept; undefined: the HEX file's is. */
  private patch: number | undefined;

  /** @param running identity of the running image */
  constructor(running: string) {
    const tables = [hexExecution, patchExecution, outcomeMessage];
    this.reader = new JsonReader(tables, (index) => this.seePatch(index));
    this.offers = new PatchOffers(running);
  }

  /** What has come in, until the next `start` or `drop`; nothing in it is to be believed before `end`. */
  message(): JsonValue {
    return this.reader.message;
  }

  /** @param patch the one whose location is wanted, by its place in the document's list */
  start(topic: JobTopic, patch: number | undefined): void {
    this.topic = topic;
    this.offers.begin();
    this.patch = patch;
    const isOutcome = topic.kind === "update" || !topic.accepted;
    if (isOutcome) this.reader.begin(outcomeMessage);
    else this.reader.begin(patch === undefined ? hexExecution : patchExecution, patch);
  }

  /** The patch of the message's job document that suits this tracker best, once it has ended. */
  offer(): PatchOffer | undefined {
    return this.offers.best;
  }

  push(piece: Uint8Array): void {
    if (this.topic !== undefined) this.reader.push(piece, 0, piece.length);
  }

  /** No message, whole or in part, is of interest any more. */
  drop(): void {
    this.topic = undefined;
    this.reader.release();
  }

  end(): InboxVerdict {
    this.topic = undefined;
    const verdict = this.reader.end();
    return verdict === "sound" && this.message().kind() !== "object" ? "noObject" : verdict;
  }

  /** One whose location is asked for was chosen before. */
  private seePatch(index: number): void {
    if (this.patch !== undefined) return;
    this.offers.see(index, this.message().at("execution").at("jobDocument").at("patches"));
  }
}
