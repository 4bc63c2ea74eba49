/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  readonly suite: string;
  readonly file: string;
  /** Of the case's template, or null. */
  readonly format: string | null;
  readonly features: readonly string[];
  readonly passed: boolean;
  /** Why it failed, in short lines. */
  readonly reason?: string;
  /** The case expects an error. */
  readonly error?: ErrorAgreement;
  /** What ksqlDB is recorded to have made of the same statements: not part of passing. */
  readonly recorded?: RecordedAgreement;
}

export interface ErrorAgreement {
  /** The right statement was rejected. */
  readonly loose: boolean;
  /** Besides, the message is ksqlDB's. */
  readonly strict: boolean;
  /** Besides, the kind of error is ksqlDB's: syntax, statement, runtime. */
  readonly kind: boolean;
}

export interface RecordedAgreement {
  readonly sources: number;
  readonly agreeing: number;
  readonly differences: readonly string[];
}

export type CaseVerdict = Omit<CaseResult, "id" | "suite" | "file" | "format" | "features">;

export const PASSED: CaseVerdict = { passed: true };

export function failed(reason: string): CaseVerdict {
  return { passed: false, reason };
}
