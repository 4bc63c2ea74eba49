/** What a `JsonScanner` looks for in an object: fields, each captured as a whole (`slot`), searched further (`fields`), or both. */
export interface ScanTree {
  readonly fields: readonly ScanField[];
}

export interface ScanField {
  readonly name: string;
  /** Index of the slot that takes the value's range; −1: only the fields inside are wanted. */
  readonly slot: number;
  readonly fields?: readonly ScanField[];
}
