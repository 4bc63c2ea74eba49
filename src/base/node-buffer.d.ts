/**
 * Methods that Node's Buffer has (`toString` and `write` are built on them) and its published types leave out. They
 * decode a range without making a view first.
 */
interface Buffer {
  latin1Slice(start?: number, end?: number): string;
  utf8Slice(start?: number, end?: number): string;
  latin1Write(text: string, offset?: number, length?: number): number;
  utf8Write(text: string, offset?: number, length?: number): number;
  hexSlice(start?: number, end?: number): string;
  ucs2Slice(start?: number, end?: number): string;
  ucs2Write(text: string, offset?: number, length?: number): number;
}
