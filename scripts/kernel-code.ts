/** Compiles the kernel of the JSON scanner from AssemblyScript into the text of the module that carries its code. */
import { readFileSync } from "node:fs";

export const KERNEL_CODE_PATH = "src/formats/json/kernel/scan-kernel-code.ts";

const SOURCE = new URL("../src/formats/json/kernel/assembly/scan.ts", import.meta.url);
const COMPILER = "assemblyscript/asc";
/** No runtime, no collector, no checks that throw: bytes in, positions out. */
const OPTIONS =
  "--runtime stub --optimizeLevel 3 --shrinkLevel 0 --converge --noAssert --enable simd --initialMemory 1";
const LINE = 100;

/** The part of the compiler's interface that is used. */
interface AssemblyScriptCompiler {
  main(
    args: readonly string[],
    host: {
      readonly stdout: { write(text: string): void };
      readonly stderr: { write(text: string): void };
      readonly readFile: (name: string) => string | null;
      readonly writeFile: (name: string, contents: string | Uint8Array) => void;
      readonly listFiles: () => null;
    },
  ): Promise<{ readonly error: Error | null }>;
}

/** Undefined where the compiler is not installed. */
export async function loadKernelCompiler(): Promise<AssemblyScriptCompiler | undefined> {
  try {
    return (await import(COMPILER)) as AssemblyScriptCompiler;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** @throws Error with the compiler's messages */
export async function kernelModule(compiler: AssemblyScriptCompiler): Promise<string> {
  let code: Uint8Array = Buffer.alloc(0);
  let messages = "";
  const log = { write: (text: string) => void (messages += text) };
  const { error } = await compiler.main(["scan.ts", ...OPTIONS.split(" "), "--outFile", "scan.wasm"], {
    stdout: log,
    stderr: log,
    readFile: (name) => (name === "scan.ts" ? readFileSync(SOURCE, "utf8") : null),
    writeFile: (name, contents) => {
      if (name === "scan.wasm" && typeof contents !== "string") code = contents;
    },
    listFiles: () => null,
  });
  if (error !== null || code.length === 0) throw new Error(`the kernel does not compile\n${messages}`);
  return moduleText(Buffer.from(code).toString("base64"));
}

function moduleText(base64: string): string {
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += LINE) lines.push(`  "${base64.slice(at, at + LINE)}",\n`);
  return (
    "/** WebAssembly compiled from `assembly/scan.ts` by `npm run build:kernel`: base64, not to be edited. */\n" +
    `export const KERNEL_CODE = [\n${lines.join("")}].join("");\n`
  );
}
