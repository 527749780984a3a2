/** A refusal of the server as problem details (RFC 9457), or a call that never arrived. */
export interface FieldError {
  at: string;
  reason: string;
  /** In Chinese, where the server says it so. */
  reason_zh?: string;
  /** What would fit there. */
  fits?: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[];
  readonly requestId: string | null;

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? String(status));
    this.name = "Refusal";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "console.offline" : "platform.unexpected");
    this.facts = body.facts ?? {};
    this.errors = body.errors ?? [];
    this.requestId = body.request_id ?? null;
  }
}

interface ProblemBody {
  title: string;
  detail: string;
  code: string;
  facts: Record<string, unknown>;
  errors: FieldError[];
  request_id: string;
}

/** Returns the refusal that an answer holds; a body that is no problem document is a bare status. */
export async function refusalOf(response: Response): Promise<Refusal> {
  try {
    return new Refusal(response.status, (await response.clone().json()) as Partial<ProblemBody>);
  } catch {
    return new Refusal(response.status, {});
  }
}

/** Tells whether the caller is not signed in any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.code === "platform.not_signed_in";
}

/** Tells whether a permission or the reach of the caller is missing. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Refusal && error.status === 403;
}
