const ENTRY = "main";

/**
 * An ES module as the body of `function (require, exports)`: the same statements, but for how they
 * name the modules that the board gives. Node 20 loads no ES module from text without a flag.
 * @throws Error with rollup's words for what is no module
 */
export async function toCommonJs(source: string): Promise<string> {
  const { rollup } = await import("rollup");
  const build = await rollup({
    input: ENTRY,
    external: (id) => id !== ENTRY,
    treeshake: false,
    plugins: [{ name: "text", resolveId: (id) => id, load: () => source }],
  });
  try {
    const { output } = await build.generate({
      format: "cjs",
      exports: "named",
      interop: "esModule",
      esModule: false,
    });
    return output[0].code;
  } finally {
    await build.close();
  }
}
