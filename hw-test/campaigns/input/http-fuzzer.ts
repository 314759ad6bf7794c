import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import { Random } from "../../desk/random.ts";
import { DownloadRun } from "../../model/download-run.ts";
import { fileReply } from "../../model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../../model/http-server.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { joined, mutateBytes } from "./mutate.ts";

const file = new Random(0xf11e).bytes(700);
const RANGE_BYTES = 300;
/** Replies that are damaged; after them the server is well, so that a retry ends. */
const DAMAGED_REPLIES = 2;

/** Response heads, damaged: the download ends with the file's own bytes, or fails with a code. */
export const httpFuzzer: Fuzzer = {
  name: "http",
  count: 60_000,
  feed(random) {
    // A head that ends elsewhere shifts the body; that shows in the checks after the download.
    const isFramed = random.below(2) === 0;
    const run = new DownloadRun({
      size: file.length,
      rangeBytes: RANGE_BYTES,
      pieceBytes: () => 1 + random.below(400),
      handler: (request) => {
        const good = fileReply(request, { file, etag: '"one"' });
        return request.number < DAMAGED_REPLIES
          ? damaged(request, good, { random, isFramed })
          : good;
      },
    }).run();
    run.assertIdle();
    const isDone = run.events.includes("done");
    if (isDone === (run.failure !== undefined))
      throw new BrokenInvariant("neither done nor failed");
    if (isFramed && isDone && Buffer.compare(run.received, file) !== 0) {
      throw new BrokenInvariant(`other bytes than the file's: ${run.story.join(", ")}`);
    }
  },
};

/** The head only: what a body holds is for the checks after the download. */
function damaged(
  request: HttpRequest,
  { bytes, ending }: HttpReply,
  { random, isFramed }: { readonly random: Random; readonly isFramed: boolean },
): HttpReply {
  const end = Buffer.from(bytes).indexOf("\r\n\r\n") + 4;
  const line = random.pick([
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "Content-Range: bytes */700",
    `Content-Range: bytes ${request.number}-5/700`,
    'ETag: "two"',
    "Connection: close",
    "Content-Encoding: gzip",
    "Retry-After: 100000000",
    "Location: https://other.example/",
  ]);
  const head = Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const told = random.below(3) > 0 ? head : head.replace("\r\n", `\r\n${line}\r\n`);
  const mutated = mutateBytes(Buffer.from(told, "latin1"), random);
  const sent = isFramed ? framed(mutated) : mutated;
  return { bytes: joined(sent, bytes.subarray(end)), ending };
}

/** The same with one blank line, at its end. */
function framed(head: Uint8Array): Uint8Array {
  const text = Buffer.from(head).toString("latin1");
  const inner = text.replace(/[\r\n]+$/, "").replaceAll(/\n[\r\n]+/g, "\n");
  return Buffer.from(`${inner}\r\n\r\n`, "latin1");
}
