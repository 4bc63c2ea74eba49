/** Writes the compiled kernel of the JSON scanner. */
import { writeFileSync } from "node:fs";
import { KERNEL_CODE_PATH, kernelModule, loadKernelCompiler } from "./kernel-code.ts";

const compiler = await loadKernelCompiler();
if (compiler === undefined) throw new Error("the package 'assemblyscript' is not installed: run npm ci");
writeFileSync(new URL(`../${KERNEL_CODE_PATH}`, import.meta.url), await kernelModule(compiler));
