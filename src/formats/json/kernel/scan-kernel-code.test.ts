import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KERNEL_CODE_PATH, kernelModule, loadKernelCompiler } from "../../../../scripts/kernel-code.ts";

const compiler = await loadKernelCompiler();

test("the committed kernel is compiled from its source (else: npm run build:kernel)", async (context) => {
  if (compiler === undefined) {
    expect(process.env["CI"], "the package 'assemblyscript' must be installed").not.toBe("true");
    context.skip("the package 'assemblyscript' is not installed");
    return;
  }
  const file = new URL(`../../../../${KERNEL_CODE_PATH}`, import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(await kernelModule(compiler));
});
