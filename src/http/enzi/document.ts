// What the OpenAPI document says of eNZi's API beside its routes.
import type { DocumentWords } from "../docs/document.ts";

export const enziWords: DocumentWords = {
  base: "/enzi/v0",
  title: "Berth: accounts",
  description: "Users, organizations, members and teams: the API of DTR's account service.",
  tags: {
    accounts: "Users and organizations.",
    members: "Who belongs to an organization, and who owns it.",
    teams: "Teams of an organization, their members and who leads them.",
  },
};
