import { expect, test } from "vitest";
import { CaseShelf } from "./case-shelf.ts";
import { MemoryCaseStore } from "./case-store.ts";

const refusal = (detail: string): unknown =>
  expect.objectContaining({
    code: "SIGMA_STATE_UNREADABLE",
    message: "the stored state of alert cases cannot be read",
    detail: expect.stringContaining(detail) as unknown,
  });

test.each([
  ['{"alerts":0,"cases":0,"mutes":0,"ids":0}', "its 'clock' is no object"],
  ['{"alerts":0,"cases":0,"mutes":0,"ids":0,"clock":{"newestMs":"5"}}', "its clock is of another form"],
  ["{", "JSON"],
])("counts of another form are refused: %s", (text, detail) => {
  const store = new MemoryCaseStore();
  store.put("n", text);
  expect(() => new CaseShelf(store)).toThrow(refusal(detail));
});

test("a case of another form is refused where it is asked for", () => {
  const store = new MemoryCaseStore();
  store.put("a/1", '{"caseId":"1"}');
  expect(() => new CaseShelf(store).case("1")).toThrow(refusal("its 'status' is no string"));
});
