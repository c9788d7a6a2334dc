/** Errors are part of the contract, since they cross the connection; the rooms of the agent get them from here. */
export {
  codeOf,
  failure,
  hasCode,
  messageOf,
  TidegateError,
  type FailureDetails,
} from '../protocol/errors.ts';
