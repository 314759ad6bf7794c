/**
 * What an image of the rig has as its body: XS bytecode behind a head of its own
 * (hw-test/board/bytecode.c), or JavaScript for the board that runs in Node. Each board refuses the
 * other's by the first bytes.
 */
export type ScriptCode = "xs" | "javascript";

/** The first line of a JavaScript body; the rest is the body of `function (require, exports)`. */
const HEAD = "// tracker-fota: JavaScript, 1\n";
const XS_MAGIC = "XSB1";

/** @param commonJs UTF-8 text that takes its modules from `require` and sets `exports.default` */
export function makeJavascriptBody(commonJs: string): Uint8Array {
  return new Uint8Array(Buffer.from(HEAD + commonJs, "utf8"));
}

/** @returns the text behind the head, or, in one line, why there is none */
export function readJavascriptBody(
  body: Uint8Array,
): { readonly text: string } | { readonly problem: string } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.subarray(0, HEAD.length).equals(Buffer.from(HEAD))) {
    return { text: bytes.toString("utf8", HEAD.length) };
  }
  const isXs = bytes.toString("latin1", 0, XS_MAGIC.length) === XS_MAGIC;
  return {
    problem: isXs ? "the image is XS bytecode, this board runs none" : "the image is no JavaScript",
  };
}
