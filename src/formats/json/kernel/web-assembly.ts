/** The part of the WebAssembly API that is used: TypeScript declares it for browsers alone. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** By pages of 64 KiB; `buffer` is then another, and the old one has no bytes any more. */
  grow(pages: number): number;
}

/** Compiled code, without memory. */
export type WasmModule = object;

interface WasmApi {
  readonly Module: new (code: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
