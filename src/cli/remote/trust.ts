// `berth trust`: builds that push without a stored secret: whose tokens stand for a service account.
import { Command, Option } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { readEnd, readPair, readRobot, readSeconds, said } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const rules = "/api/v0/accounts/{orgname}/serviceAccounts/{name}/trustRules";

interface Given {
  issuer: string;
  audience: string;
  claim: string[];
  tokenFor?: string;
  until?: string;
}

export function trustCommand(): Command {
  const trust = new Command("trust");
  verb(
    trust,
    { usage: "list <organization+name>", about: "whose tokens stand for a service account" },
    async ({ client, print }, text) => {
      const { trustRules } = await dataOf(client.GET(rules, { params: { path: readRobot(text) } }));
      print.list(trustRules, {
        id: ({ id }) => id,
        issuer: ({ issuer }) => issuer,
        audience: ({ audience }) => audience,
        claims: describeClaims,
        "last used": ({ lastUsed }) => lastUsed ?? "never",
        ends: ({ expiresAt }) => expiresAt ?? "never",
      });
    },
  );
  verb<Given>(
    trust,
    {
      usage: "add <organization+name>",
      about: "let a builder's tokens stand for a service account",
      options: [
        new Option("--issuer <address>", "https://token.actions.githubusercontent.com").makeOptionMandatory(),
        new Option("--audience <word>", "for whom the tokens are made").makeOptionMandatory(),
        new Option(
          "--claim <name=value...>",
          "what they say, letter by letter: repository=octo-org/shop",
        ).makeOptionMandatory(),
        new Option("--token-for <span>", "how long what is given for one holds: 1h, if nothing is said"),
        new Option("--until <when>", "when the rule ends: 90d, 2027-06-30"),
      ],
    },
    async ({ client, print, options: { issuer, audience, claim, tokenFor, until } }, text) => {
      const claims = Object.fromEntries(claim.map(readPair));
      const tokenSeconds = tokenFor === undefined ? undefined : readSeconds(tokenFor);
      const body = { issuer, audience, claims, ...said({ tokenSeconds, expiresAt: readEnd(until) }) };
      const made = await dataOf(client.POST(rules, { params: { path: readRobot(text) }, body }));
      print.done(`${text} trusts ${issuer} (${made.id})`, made);
    },
  );
  verb(
    trust,
    { usage: "remove <organization+name> <id>", about: "end a rule, and every token that was given by it" },
    async ({ client, print }, text, rule) => {
      await client.DELETE(`${rules}/{rule}`, { params: { path: { ...readRobot(text), rule } } });
      print.done(`${text} trusts by ${rule} no more`);
    },
  );
  return trust;
}

function describeClaims({ claims }: Schemas["responses.TrustRule"]): string {
  return Object.entries(claims)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
