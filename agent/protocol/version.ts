/** Version of the contract in `methods.ts`; it grows with every change that an older side would misread. */
export const protocolVersion = 1;
