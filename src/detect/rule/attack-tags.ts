/** ATT&CK in the tags of rules (Sigma specification 2.1, appendix "Tags"). */
export interface AttackTags {
  /** Technique ids as ATT&CK writes them: `T1059`, `T1059.001`. */
  readonly techniques: readonly string[];
  /** Tactics by their short names: `credential-access`. */
  readonly tactics: readonly string[];
  readonly groups: readonly string[];
  readonly software: readonly string[];
}

/** Tags of other namespaces are left out; tactics written with underscores are read too. */
export function attackTags(tags: readonly string[]): AttackTags {
  const found = {
    techniques: new Set<string>(),
    tactics: new Set<string>(),
    groups: new Set<string>(),
    software: new Set<string>(),
  };
  for (const tag of tags) {
    const name = /^attack\.(.+)$/i.exec(tag.trim())?.[1];
    if (name === undefined) continue;
    if (/^t\d{4}(\.\d{3})?$/i.test(name)) found.techniques.add(name.toUpperCase());
    else if (/^g\d{4}$/i.test(name)) found.groups.add(name.toUpperCase());
    else if (/^s\d{4}$/i.test(name)) found.software.add(name.toUpperCase());
    else if (/^[a-z]+(?:[-_][a-z]+)*$/i.test(name))
      found.tactics.add(name.toLowerCase().replaceAll("_", "-"));
  }
  return {
    techniques: [...found.techniques],
    tactics: [...found.tactics],
    groups: [...found.groups],
    software: [...found.software],
  };
}
