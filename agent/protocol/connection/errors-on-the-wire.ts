/** How failures cross a connection: as JSON-RPC errors whose `data` carries the code, the hint and the facts. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { failure, messageOf, TidegateError } from '../errors.ts';
import type { ErrorCode } from '../codes.ts';
import { wireErrorData, type WireErrorData } from './wire.ts';

/** JSON-RPC's own number for a failure the agent foresaw; which one it is stands in `data.code`. */
const foreseen = 1;

/** A defect's message crosses, its stack does not. */
export function toWire(error: unknown, number: number = foreseen): ResponseError<WireErrorData> {
  if (!(error instanceof TidegateError)) {
    return new ResponseError(ErrorCodes.InternalError, messageOf(error), { code: 'internal' });
  }
  return new ResponseError(number, error.message, {
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    data: { ...error.data },
  });
}

/** Never throws; what cannot be understood becomes `agent.disconnected` or `internal`. */
export function fromWire(error: unknown): TidegateError {
  const data = error instanceof ResponseError ? wireErrorData.safeParse(error.data) : undefined;
  if (data?.success === true) {
    return failure(knownOrNewer(data.data.code), {
      message: messageOf(error),
      ...(data.data.hint === undefined ? {} : { hint: data.data.hint }),
      ...(data.data.data === undefined ? {} : { data: data.data.data }),
    });
  }
  return failure('internal', { message: messageOf(error), cause: error });
}

/** The list of codes is closed per version of the contract: an agent that says hello with ours sends ours. */
function knownOrNewer(code: string): ErrorCode {
  return code as ErrorCode;
}
