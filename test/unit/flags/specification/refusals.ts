/** For each part of the specification: what a flags file cannot say of it, or Unleash's SDKs not be told, and how many expectations hold. */
export interface Expected {
  readonly refused: Readonly<Record<string, string>>;
  readonly held: number;
}

export const refusals: Readonly<Record<string, Expected>> = {
  '01-simple-examples': {
    held: 5,
    refused: {},
  },
  '02-user-with-id-strategy': {
    held: 5,
    refused: {},
  },
  '03-gradual-rollout-user-id-strategy': {
    held: 6,
    refused: {},
  },
  '04-gradual-rollout-session-id-strategy': {
    held: 6,
    refused: {},
  },
  '05-gradual-rollout-random-strategy': {
    held: 4,
    refused: {},
  },
  '06-remote-address-strategy': {
    held: 5,
    refused: {
      'Feature.remoteAddress.C': '"192.invalid" among addresses',
    },
  },
  '07-multiple-strategies': {
    held: 6,
    refused: {},
  },
  '08-variants': {
    held: 6,
    refused: {
      'Feature.Variants.B': 'several variants, weighed in parts of 2',
      'Feature.Variants.C': 'several variants, weighed in parts of 99',
      'Feature.Variants.D': 'several variants, weighed in parts of 100',
      'Feature.Variants.override.D': 'several variants, weighed in parts of 100',
    },
  },
  '09-strategy-constraints': {
    held: 17,
    refused: {},
  },
  '10-flexible-rollout-strategy': {
    held: 6,
    refused: {
      'Feature.flexibleRollout.10': 'a share by the stickiness "default"',
    },
  },
  '11-strategy-constraints-edge-cases': {
    held: 6,
    refused: {},
  },
  '12-custom-stickiness': {
    held: 4,
    refused: {
      'Feature.flexible.rollout.custom.stickiness_100': 'several variants, weighed in parts of 100',
    },
  },
  '13-constraint-operators': {
    held: 34,
    refused: {
      'F2.startsWith.caseInsensitve': 'STR_STARTS_WITH that ignores case',
      'F3.endsWith.ignoringCase': 'STR_ENDS_WITH that ignores case',
      'F4.contains': 'STR_CONTAINS',
      'F4.contains.inverted': 'STR_CONTAINS',
      'F7.dateAfter': 'DATE_AFTER: a schedule has its first moment, not the one before',
      'F7.date-range': 'DATE_AFTER: a schedule has its first moment, not the one before',
      'F7.date-with-timezone': 'DATE_AFTER: a schedule has its first moment, not the one before',
      'F7.invalid-operator': 'NOT_A_VALID_OPERATOR',
    },
  },
  '14-constraint-semver-operators': {
    held: 23,
    refused: {
      'F8.invalidSemverWithLeadingV':
        'flags.F8.invalidSemverWithLeadingV.rules[0].when.version is "=v2.0.0".',
    },
  },
  '15-global-constraints': {
    held: 3,
    refused: {
      'F9.globalSegmentOn': 'several variants, weighed in parts of 100',
      'F9.withSeveralConstraintsAndSegments': 'STR_CONTAINS',
    },
  },
  '16-strategy-variants': {
    held: 6,
    refused: {
      'Feature.strategy.multiple.variants': 'several variants, weighed in parts of 2',
      'Feature.strategy.numeric.variants': 'several variants, weighed in parts of 2',
      'Feature.strategy.variants.stickiness': 'several variants, weighed in parts of 2',
    },
  },
  '17-dependent-features': {
    held: 22,
    refused: {
      'parent.with.cycle':
        'flags.parent.with.cycle.needs leads back to itself: parent.with.cycle -> child.with.cycle -> parent.with.cycle.',
      'child.with.cycle':
        'flags.child.with.cycle.needs leads back to itself: child.with.cycle -> parent.with.cycle -> child.with.cycle.',
      'child.with.transitive.dependency':
        'it needs parent.enabled.child.enabled, which needs others, and Unleash stops there',
      'parent.default.variant.child.enabled': 'that another flag has to be without a variant',
      'parent.disabled.satisfied.child.enabled': 'that another flag has to be off',
      'parent.disabled.not.satisfied.child.enabled': 'that another flag has to be off',
      'parent.non.matching.variant.child.enabled': 'variants that the needed flag has not',
      'multiple.parents.satisfied.child.enabled': 'that another flag has to be off',
      'parents.not.exist.child.enabled':
        'flags.parents.not.exist.child.enabled.needs.parent.not.exist is no flag of this file.',
      'parent.disabled.child.expects.disabled.variant': 'that another flag has to be without a variant',
    },
  },
  '18-utf8-flag-names': {
    held: 0,
    refused: {
      'Feature.UTF-8.Hellø_Wørld': 'flags: "Feature.UTF-8.Hellø_Wørld" cannot be the key of a flag.',
      'Feature.UTF-8.😊_φriend_你好_🌍':
        'flags: "Feature.UTF-8.😊_φriend_你好_🌍" cannot be the key of a flag.',
    },
  },
  '19-delta-api-hydration': {
    held: 1,
    refused: {},
  },
  '20-delta-api-events': {
    held: 3,
    refused: {},
  },
  '21-regex-constraint-operators': {
    held: 0,
    refused: {
      'regex.case.sensitive': 'REGEX',
      'invalid-regex-defaults-to-false': 'REGEX',
      'R01.literal_and_anchors': 'REGEX',
      'R01.literal_and_anchors.referencing.property': 'REGEX',
      'R02.perl_digit_class': 'REGEX',
      'R03.ascii_class': 'REGEX',
      'R04.word_boundary_ascii': 'REGEX',
      'R05.alternation_prefer_left': 'REGEX',
      'R06.grouping_and_optional': 'REGEX',
      'R07.repetition_range_limits': 'REGEX',
      'R08.greedy_vs_nongreedy': 'REGEX',
      'R09.inline_flag_i': 'REGEX',
      'Global.case.insensitive': 'REGEX that ignores case',
      'Inverted.constraint': 'REGEX',
      'R10.inline_flag_m': 'REGEX',
      'R11.inline_flag_s_dotall': 'REGEX',
      'R90.reject_lookahead': 'REGEX',
      'R91.reject_backreference': 'REGEX',
    },
  },
  '22-cidr-constraint-operator': {
    held: 0,
    refused: {
      'CIDR.exact.match': 'IN_CIDR',
      'CIDR.range.match': 'IN_CIDR',
      'CIDR.mixed.values': 'IN_CIDR',
      'CIDR.invalid.only': 'IN_CIDR',
      'CIDR.ipv6.exact.match': 'IN_CIDR',
      'CIDR.ipv6.range.match': 'IN_CIDR',
      'CIDR.ipv6.mixed.values': 'IN_CIDR',
    },
  },
};
