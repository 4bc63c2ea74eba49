/** The English names that text fields of a date pattern print and read. */

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const QUARTERS = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"] as const;

export type TextField = "month" | "day-of-week" | "am-pm" | "era" | "quarter";
export type TextStyle = "short" | "full" | "narrow";

/** Names by value − {@link firstValue}. */
export function names(field: TextField, style: TextStyle): readonly string[] {
  switch (field) {
    case "month":
      return styled(MONTHS, style);
    case "day-of-week":
      return styled(DAYS, style);
    case "am-pm":
      return style === "narrow" ? ["a", "p"] : ["AM", "PM"];
    case "era":
      return style === "full"
        ? ["Before Christ", "Anno Domini"]
        : style === "short"
          ? ["BC", "AD"]
          : ["B", "A"];
    case "quarter":
      return style === "full"
        ? QUARTERS
        : style === "short"
          ? ["Q1", "Q2", "Q3", "Q4"]
          : ["1", "2", "3", "4"];
  }
}

function styled(full: readonly string[], style: TextStyle): readonly string[] {
  if (style === "full") return full;
  return full.map((name) => name.slice(0, style === "short" ? 3 : 1));
}

/** The value of a text field's first name. */
export function firstValue(field: TextField): 0 | 1 {
  return field === "am-pm" || field === "era" ? 0 : 1;
}
