const RUNS = 3;

/** Tells the host what `parse` costs on this engine, and how many bytes it has found. */
export function report(parse: () => number): void {
  let byteCount = 0;
  const codes = meter(() => {
    byteCount = parse();
  });
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const start = Date.now();
    parse();
    milliseconds = Math.min(milliseconds, Date.now() - start);
  }
  trace(`${JSON.stringify({ codes, milliseconds, byteCount })}\n`);
}
