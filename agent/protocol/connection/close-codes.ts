/** Why an agent closes a WebSocket: numbers of RFC 6455, and of ours from 4000 on. The reason says it in words. */
export const closeCodes = {
  /** The agent ends. */
  goingAway: 1001,
  notJsonRpc: 1007,
  /** ws itself closes with this number when a message is too long. */
  tooLong: 1009,
  tooSlow: 4001,
  noHello: 4002,
} as const;
