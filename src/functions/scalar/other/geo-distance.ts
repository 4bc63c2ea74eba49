/** GEO_DISTANCE: along the surface of a round Earth. */
import { DOUBLE, STRING } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";

const EARTH_RADIUS = { km: 6371, miles: 3959 };
const MILES = new Set(["mi", "mile", "miles"]);
const KILOMETRES = new Set(["km", "kilometer", "kilometers", "kilometre", "kilometres"]);

function radius(units: string): number {
  const unit = units.trim().toLowerCase();
  if (MILES.has(unit)) return EARTH_RADIUS.miles;
  if (unit === "" || KILOMETRES.has(unit)) return EARTH_RADIUS.km;
  const known = [...MILES, ...KILOMETRES].join(", ");
  throw new FunctionError(`'${units}' is no unit of distance: there are ${known}`);
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

function haversine(angle: number): number {
  return Math.sin(angle / 2) ** 2;
}

function distance(
  lat1: number,
  lon1: number,
  lat2: number,
  lon2: number,
  units: string | null = "km",
): number {
  if (Math.abs(lat1) > 90 || Math.abs(lat2) > 90) {
    throw new FunctionError("valid latitude values are in the range of -90 to 90 decimal degrees");
  }
  if (Math.abs(lon1) > 180 || Math.abs(lon2) > 180) {
    throw new FunctionError("valid longitude values are in the range of -180 to +180 decimal degrees");
  }
  const a =
    haversine(radians(lat2 - lat1)) +
    haversine(radians(lon2 - lon1)) * Math.cos(radians(lat1)) * Math.cos(radians(lat2));
  return 2 * Math.asin(Math.sqrt(a)) * radius(units ?? "");
}

const POINTS = ["latitude1", "longitude1", "latitude2", "longitude2"].map((name) =>
  parameter(name, DOUBLE, "decimal degrees"),
);

const geoDistance: ScalarFunction = {
  kind: "scalar",
  name: "GEO_DISTANCE",
  category: "OTHER",
  description:
    "The distance between two points of the Earth by the haversine formula, in kilometres or miles.",
  examples: [{ sql: "ROUND(GEO_DISTANCE(52.52E0, 13.405E0, 48.8566E0, 2.3522E0, 'KM'))", result: "877" }],
  overloads: [
    overload(POINTS, DOUBLE, distance),
    overload([...POINTS, parameter("units", STRING, "'KM' (the default) or 'MI'")], DOUBLE, distance),
  ],
};

export const geoFunctions = [geoDistance];
