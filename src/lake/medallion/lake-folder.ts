/** The tables of a lake, by their places in it: `bronze/winlogbeat`, `silver/Process`. */
import { didYouMean } from "../../base/nearest.ts";
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";

const DEPTH_MAX = 4;
const LOG = "_delta_log";

/**
 * Places of all tables below the root of a lake, sorted. Folders whose names begin with `_` or `.` are not looked into.
 * @throws SpoorError LAKE_STORE_FAILED where the store does not answer, or has no such folder
 */
export async function tablePlaces(root: TableStore): Promise<string[]> {
  const places: string[] = [];
  const look = async (place: string, depth: number): Promise<void> => {
    const folders = await root.folders(place);
    if (folders.includes(LOG)) {
      places.push(place === "" ? "." : place);
      return;
    }
    if (depth >= DEPTH_MAX) return;
    for (const name of folders) {
      if (!/^[._]/.test(name)) await look(place === "" ? name : `${place}/${name}`, depth + 1);
    }
  };
  await look("", 0);
  return places.toSorted();
}

/**
 * The place that a user means: the place itself, or its last name, in any case.
 * @throws SpoorError LAKE_TABLE_MISSING with the near name, or the places of that name
 */
export function placeNamed(wanted: string, places: readonly string[]): string {
  const lower = wanted.toLowerCase();
  const found =
    places.filter((place) => place === wanted).at(0) ?? places.find((place) => place.toLowerCase() === lower);
  if (found !== undefined) return found;
  const byLast = places.filter((place) => lastName(place) === lower);
  if (byLast.length === 1) return byLast[0]!;
  throw lakeErrors.TABLE_MISSING({
    message:
      byLast.length > 1
        ? `'${wanted}' is the name of several tables`
        : `there is no table '${wanted}' in the lake`,
    detail: byLast.length > 1 ? byLast.join(", ") : undefined,
    hint:
      byLast.length > 1
        ? "give the whole name"
        : (didYouMean(wanted, [...places, ...places.map(lastName)]) ?? "'spoor lake list' lists the tables"),
  });
}

function lastName(place: string): string {
  return place.slice(place.lastIndexOf("/") + 1).toLowerCase();
}
