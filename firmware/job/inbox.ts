import { JsonReader, type JsonVerdict } from "./json/reader.ts";
import type { JsonValue } from "./json/value.ts";
import { executionMessage, outcomeMessage } from "./message-fields.ts";
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
 * Memory is the reader's, fixed, however long a message is.
 */
export class Inbox {
  /** Undefined while there is no message, or one that is not wanted. */
  topic: JobTopic | undefined;
  private readonly reader = new JsonReader([executionMessage, outcomeMessage]);

  /** What has come in, until the next `start`; nothing in it is to be believed before `end`. */
  message(): JsonValue {
    return this.reader.message;
  }

  start(topic: JobTopic): void {
    this.topic = topic;
    const isOutcome = topic.kind === "update" || !topic.accepted;
    this.reader.begin(isOutcome ? outcomeMessage : executionMessage);
  }

  push(piece: Uint8Array): void {
    if (this.topic !== undefined) this.reader.push(piece, 0, piece.length);
  }

  drop(): void {
    this.topic = undefined;
  }

  end(): InboxVerdict {
    this.topic = undefined;
    const verdict = this.reader.end();
    return verdict === "sound" && this.message().kind() !== "object" ? "noObject" : verdict;
  }
}
