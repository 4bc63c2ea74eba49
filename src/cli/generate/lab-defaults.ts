/** When the lab's day begins: a fixed time, so that the same seed gives the same bytes on any day. */
export const LAB_START_MS = Date.UTC(2026, 2, 2, 8);

/** Bytes generated at a time. */
export const LAB_CHUNK_BYTES = 1 << 20;
