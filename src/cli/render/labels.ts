/** The label lines and headings that ksqlDB's CLI describes things with. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(20)} : ${text}`;
}

export function heading(title: string, rule: string): string[] {
  return ["", title, rule];
}
