import { byOffsetFunctions } from "./aggregate/by-offset.ts";
import { collectFunctions } from "./aggregate/collect.ts";
import { countFunctions } from "./aggregate/count.ts";
import { extremeAggregates } from "./aggregate/extremes.ts";
import { statisticsFunctions } from "./aggregate/statistics.ts";
import { sumFunctions } from "./aggregate/sum.ts";
import type { FunctionDefinition } from "./definition.ts";
import { arrayOrderFunctions } from "./scalar/array/array-order.ts";
import { arraySetFunctions } from "./scalar/array/array-sets.ts";
import { attackFunctions } from "./scalar/attack/attack-functions.ts";
import { encodeFunctions } from "./scalar/bytes/encode.ts";
import { numberFromBytesFunctions } from "./scalar/bytes/number-from-bytes.ts";
import { jsonFunctions } from "./scalar/json/json-functions.ts";
import { toJsonString } from "./scalar/json/to-json-string.ts";
import { lambdaFunctions } from "./scalar/lambda/lambdas.ts";
import { mapFunctions } from "./scalar/map/maps.ts";
import { elementaryFunctions } from "./scalar/math/elementary.ts";
import { extremeFunctions } from "./scalar/math/extremes.ts";
import { roundingFunctions } from "./scalar/math/rounding.ts";
import { nullFunctions } from "./scalar/nulls/nulls.ts";
import { geoFunctions } from "./scalar/other/geo-distance.ts";
import { regexpFunctions } from "./scalar/regex/regexp-functions.ts";
import { caseAndTrimFunctions } from "./scalar/string/case-and-trim.ts";
import { concatFunctions } from "./scalar/string/concat.ts";
import { maskFunctions } from "./scalar/string/mask.ts";
import { padFunctions } from "./scalar/string/pad.ts";
import { substringFunctions } from "./scalar/string/substring.ts";
import { dateTextFunctions } from "./scalar/time/date-text.ts";
import { timeArithmeticFunctions } from "./scalar/time/time-arithmetic.ts";
import { timestampTextFunctions } from "./scalar/time/timestamp-text.ts";
import { urlFunctions } from "./scalar/url/url-functions.ts";
import { tableFunctions } from "./table/table-functions.ts";

/** Everything that comes with Spoor, by concept. */
export const builtinFunctions: readonly FunctionDefinition[] = [
  ...caseAndTrimFunctions,
  ...concatFunctions,
  ...substringFunctions,
  ...padFunctions,
  ...maskFunctions,
  ...encodeFunctions,
  ...numberFromBytesFunctions,
  ...regexpFunctions,
  ...elementaryFunctions,
  ...roundingFunctions,
  ...extremeFunctions,
  ...timestampTextFunctions,
  ...dateTextFunctions,
  ...timeArithmeticFunctions,
  ...arraySetFunctions,
  ...arrayOrderFunctions,
  ...mapFunctions,
  ...lambdaFunctions,
  ...jsonFunctions,
  toJsonString,
  ...urlFunctions,
  ...nullFunctions,
  ...geoFunctions,
  ...attackFunctions,
  ...countFunctions,
  ...sumFunctions,
  ...extremeAggregates,
  ...collectFunctions,
  ...byOffsetFunctions,
  ...statisticsFunctions,
  ...tableFunctions,
];
