// Where Berth's answers differ from DTR's published schemas on purpose, each with its reason.

interface Difference {
  /** The operations, as our own document has them. */
  operation: RegExp;
  /** As the test tells it: status, place, what is wrong. */
  what: RegExp;
  reason: string;
}

/** A field that the published schema has not, wherever in an answer it is. */
const more = (names: string) => new RegExp(`(^\\d{3} |\\.)(${names}): unknown$`);

export const differences: Difference[] = [
  {
    operation: / \/enzi\/v0\//,
    what: /^401 is not in the document$/,
    reason: "the document of eNZi shows nothing but success",
  },
  {
    operation: /^DELETE \/api\/v0\/accounts\/\{namespace\}\/repositories$/,
    what: /^204 is not in the document$/,
    reason: "the document shows no success at all",
  },
  {
    operation: /^GET \/enzi\/v0\//,
    what: more("nextPageStart|resourceCount"),
    reason: "later versions of eNZi say in the body, too, where the next page begins and how many there are in all",
  },
  {
    operation: /(team|repositoryAccess)/i,
    what: more("orgID|name|description|membersCount"),
    reason:
      "two definitions have the name responses.Team, and the document has kept DTR's, of an id and clientUserIsMember: clients read the others",
  },
  {
    operation: /account|member/i,
    what: more("globalRole"),
    reason: "Berth's own: DTR 1.x had global roles in another form",
  },
  {
    operation: /./,
    what: more("sparse"),
    reason: "Berth's own: whether manifests of the repository may name content that is not here",
  },
  {
    operation: / \/api\/v0\/meta\/settings$/,
    what: more(
      "createNamespaceOnPush|passwordMinLength|accessTokenInQuery|sessionIdleMinutes|sessionHours|eventMonths",
    ),
    reason: "Berth's own settings",
  },
  {
    operation: / \/api\/v0\/api_tokens/,
    what: more("expiresAt|scopes"),
    reason: "Berth's own: when a token ends, and what it is held to",
  },
  {
    operation: /\/events$/,
    what: more("actorName|credential|address|detail"),
    reason: "Berth's own: who it was by name, by which credential, from where, and what changed",
  },
  {
    operation: /\/(tags|manifests)/,
    what: more("configStatus"),
    reason: "Berth's own: whether the image's configuration was read, and if not, why",
  },
];
