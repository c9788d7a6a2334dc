/** What it means when two ends of a TLS connection do not come together. Pure. */
import { failure, messageOf, type TidegateError } from '../../common/errors.ts';

interface Attempt {
  readonly engine: string;
  readonly doing: string;
}

interface Meaning {
  readonly what: string;
  readonly hint: string;
}

const strange: Meaning = {
  what: 'its certificate is signed by nobody we trust',
  hint: 'ca.pem must be of the authority that signed it; docs/clusters.md says where it is looked for.',
};
const notLetIn: Meaning = {
  what: 'it does not take the certificate that shows who you are',
  hint: 'cert.pem and key.pem must be signed by the authority that the engine was given (dockerd --tlscacert); docs/clusters.md says where they are looked for.',
};
const notTls: Meaning = {
  what: 'it does not speak TLS',
  hint: 'Is it the right port? TLS is used for port 2376, for https://, with DOCKER_TLS_VERIFY or DOCKER_CERT_PATH, and for a context with certificates.',
};

/** By the code of Node's error; OpenSSL's own words where Node calls them all EPROTO. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^CERT_HAS_EXPIRED$/,
    { what: 'its certificate has expired', hint: 'Whoever runs the engine has to renew it.' },
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    { what: 'its certificate does not hold yet', hint: "Compare this machine's clock with the engine's." },
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      what: 'its certificate is for another name',
      hint: 'Use a name that the certificate has, or have one made with this name in it (subjectAltName).',
    },
  ],
  [/^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_|^CERT_(UNTRUSTED|SIGNATURE)/, strange],
  [/ALERT_\w*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)|alert (bad|unknown|certificate|handshake)/, notLetIn],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|:http request:|:wrong version number:/, notTls],
];

/** `undefined` where the code is not about trust. */
export function trustFailure(
  code: string,
  { engine, doing }: Attempt,
  cause: unknown,
): TidegateError | undefined {
  const told = code === 'EPROTO' ? messageOf(cause) : code;
  const meaning = meanings.find(([pattern]) => pattern.test(told))?.[1];
  if (meaning === undefined) return undefined;
  return failure('engine.untrusted', {
    message: `Docker at ${engine} is not talked to, ${meaning.what}: could not ${doing} (${messageOf(cause)}).`,
    hint: meaning.hint,
    data: { engine, code },
    cause,
  });
}

/** The engine's own words for a request without TLS. */
export function wantsTls({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('engine.untrusted', {
    message: `Docker at ${engine} wants TLS, and none was asked for: could not ${doing}.`,
    hint: 'Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a docker context with certificates (docs/clusters.md).',
    data: { engine },
    cause,
  });
}
