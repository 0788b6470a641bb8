// What the management API takes and answers, by path and method. Written by `npm run client`: do not edit.

export interface paths {
    "/api/v0/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** why somebody may do something on a repository, or what is missing */
        get: {
            parameters: {
                query: {
                    action: "pull" | "push" | "delete" | "administer";
                    repository: string;
                    user?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description why somebody may do something on a repository, or what is missing */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["berth.Explanation"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{account}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the former names of an account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the former names of an account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Aliases"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{account}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** release a name that is held for an account that was renamed */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description A former name; a slash is written %2F. */
                    alias: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description release a name that is held for an account that was renamed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{account}/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** give a user or an organization another name; the old name goes on leading to it and its repositories */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            /** @description give a user or an organization another name; the old name goes on leading to it and its repositories */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.RenameAccount"];
                };
            };
            responses: {
                /** @description give a user or an organization another name; the old name goes on leading to it and its repositories */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Account"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{namespace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** delete an account and its repositories */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete an account and its repositories */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{namespace}/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** delete every repository of a user or an organization */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete every repository of a user or an organization */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** service accounts of an organization */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description service accounts of an organization */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccounts"];
                    };
                };
            };
        };
        put?: never;
        /** make a service account */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description make a service account */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.CreateServiceAccount"];
                };
            };
            responses: {
                /** @description make a service account */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccount"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one service account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one service account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccount"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** end a service account, its secrets and its grants */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end a service account, its secrets and its grants */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** describe, rest or use again */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description describe, rest or use again */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.UpdateServiceAccount"];
                };
            };
            responses: {
                /** @description describe, rest or use again */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccount"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/namespaceAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what a service account may on every repository of its organization */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what a service account may on every repository of its organization */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccountNamespaceAccess"];
                    };
                };
            };
        };
        /** say what it may on every repository */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description say what it may on every repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.ServiceAccountAccess"];
                };
            };
            responses: {
                /** @description say what it may on every repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccountNamespaceAccess"];
                    };
                };
            };
        };
        post?: never;
        /** take its grant on every repository away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take its grant on every repository away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/repositoryAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** repositories that a service account was granted */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description repositories that a service account was granted */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccountRepositoryAccessList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/repositoryAccess/{reponame}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** say what a service account may on a repository */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            /** @description say what a service account may on a repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.ServiceAccountAccess"];
                };
            };
            responses: {
                /** @description say what a service account may on a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ServiceAccountRepositoryAccess"];
                    };
                };
            };
        };
        post?: never;
        /** take a service account's grant on a repository away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take a service account's grant on a repository away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** secrets of a service account, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description secrets of a service account, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            secrets: components["schemas"]["responses.APIToken"][];
                        };
                    };
                };
            };
        };
        put?: never;
        /** make a secret: it is told in this answer alone */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description make a secret: it is told in this answer alone */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.CreateServiceAccountSecret"];
                };
            };
            responses: {
                /** @description make a secret: it is told in this answer alone */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.NewAPIToken"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/secrets/{hashedtoken}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** end a secret */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of an access token: its hash, as lists show it. */
                    hashedtoken: string;
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end a secret */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/secrets/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** make a secret, and let those before it end after an overlap */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description make a secret, and let those before it end after an overlap */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.RotateServiceAccountSecrets"];
                };
            };
            responses: {
                /** @description make a secret, and let those before it end after an overlap */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.NewAPIToken"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/trustRules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** whose tokens stand for a service account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description whose tokens stand for a service account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            trustRules: components["schemas"]["responses.TrustRule"][];
                        };
                    };
                };
            };
        };
        put?: never;
        /** let tokens of an outside issuer stand for a service account */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                };
                cookie?: never;
            };
            /** @description let tokens of an outside issuer stand for a service account */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.CreateTrustRule"];
                };
            };
            responses: {
                /** @description let tokens of an outside issuer stand for a service account */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.TrustRule"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/serviceAccounts/{name}/trustRules/{rule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** end a trust rule, and every token that was given by it */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The service account's name. */
                    name: string;
                    /** @description The organization's name. */
                    orgname: string;
                    /** @description The id of a trust rule. */
                    rule: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end a trust rule, and every token that was given by it */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{orgname}/teams/{teamname}/repositoryAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** repositories that a team was granted */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description The organization's name. */
                    orgname: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description repositories that a team was granted */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListTeamRepoAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/repositoryAccess/{namespace}/{reponame}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what a user may on a repository */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what a user may on a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.RepoUserAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/secondFactor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** whether a user has one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description whether a user has one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.SecondFactor"];
                    };
                };
            };
        };
        put?: never;
        /** get a secret for one's app: it is told in this answer alone, and counts once confirmed */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            /** @description get a secret for one's app: it is told in this answer alone, and counts once confirmed */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.OfferSecondFactor"];
                };
            };
            responses: {
                /** @description get a secret for one's app: it is told in this answer alone, and counts once confirmed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.SecondFactorSecret"];
                    };
                };
            };
        };
        /** end another user's, who lost it: for system admins */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end another user's, who lost it: for system admins */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/secondFactor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** put the secret in force with a code of one's app; the recovery codes are told in this answer alone */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            /** @description put the secret in force with a code of one's app; the recovery codes are told in this answer alone */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.ConfirmSecondFactor"];
                };
            };
            responses: {
                /** @description put the secret in force with a code of one's app; the recovery codes are told in this answer alone */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.RecoveryCodes"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/secondFactor/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** end one's own, with the password and a code */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            /** @description end one's own, with the password and a code */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.SecondFactorProof"];
                };
            };
            responses: {
                /** @description end one's own, with the password and a code */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/secondFactor/recoveryCodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** get new recovery codes; the old ones end */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            /** @description get new recovery codes; the old ones end */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.SecondFactorProof"];
                };
            };
            responses: {
                /** @description get new recovery codes; the old ones end */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.RecoveryCodes"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** sessions of a user */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description sessions of a user */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Sessions"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** log a user out everywhere, docker included */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description log a user out everywhere, docker included */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** end a session */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of a session. */
                    session: string;
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end a session */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** a user's settings */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description a user's settings */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.UserSettings"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** change them */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    username: string;
                };
                cookie?: never;
            };
            /** @description change them */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.UserSettings"];
                };
            };
            responses: {
                /** @description change them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.UserSettings"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v0/accounts/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** create users from lines of user, password and role: all of them, or none */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "text/csv": string;
                };
            };
            responses: {
                /** @description create users from lines of user, password and role: all of them, or none */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["berth.ImportedUsers"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/language": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the language of answers and of the console */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the language of answers and of the console */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Language"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/admin/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the version of the program */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the version of the program */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            version: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/api_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** access tokens */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                    /** @description The user's name. */
                    username?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description access tokens */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.APIToken"][];
                    };
                };
            };
        };
        put?: never;
        /** make an access token: it is told in this answer alone */
        post: {
            parameters: {
                query?: {
                    /** @description The user's name. */
                    username?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description make an access token: it is told in this answer alone */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.CreateAPIToken"];
                };
            };
            responses: {
                /** @description make an access token: it is told in this answer alone */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.NewAPIToken"];
                    };
                };
            };
        };
        /** end many access tokens */
        delete: {
            parameters: {
                query?: {
                    generatedby?: string;
                    usedbefore?: string;
                    /** @description The user's name. */
                    username?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end many access tokens */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            deleted: number;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/api_tokens/{hashedtoken}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one access token */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of an access token: its hash, as lists show it. */
                    hashedtoken: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one access token */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.APIToken"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** end an access token */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of an access token: its hash, as lists show it. */
                    hashedtoken: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description end an access token */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** rename, rest or use again */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of an access token: its hash, as lists show it. */
                    hashedtoken: string;
                };
                cookie?: never;
            };
            /** @description rename, rest or use again */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.UpdateAPIToken"];
                };
            };
            responses: {
                /** @description rename, rest or use again */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.APIToken"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v0/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what happened, as far as the caller may learn of it, newest first */
        get: {
            parameters: {
                query?: {
                    actorId?: string;
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    eventType?: string;
                    excludePull?: string;
                    objectType?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                    publishedAfter?: string;
                    publishedBefore?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what happened, as far as the caller may learn of it, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Events"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** everything that happened, as lines of JSON in the order in which it is sealed, for system admins */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description everything that happened, as lines of JSON in the order in which it is sealed, for system admins */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/index/autocomplete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** repositories and accounts whose names hold a text */
        get: {
            parameters: {
                query?: {
                    includeAccounts?: string;
                    includeRepositories?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description A user or an organization. */
                    namespace?: string;
                    query?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description repositories and accounts whose names hold a text */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Autocomplete"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/index/dockersearch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what docker search shows */
        get: {
            parameters: {
                query?: {
                    q?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what docker search shows */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.DockerSearch"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/cluster_status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** how the replica that answers is, with its database and its store */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description how the replica that answers is, with its database and its store */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ClusterStatus"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/features": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what this version has */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what this version has */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Features"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the settings in force */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the settings in force */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Settings"];
                    };
                };
            };
        };
        put?: never;
        /** change settings; another value of a field without effect in this version is refused */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description change settings; another value of a field without effect in this version is refused */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.Settings"];
                };
            };
            responses: {
                /** @description change settings; another value of a field without effect in this version is refused */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Settings"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** repositories that the caller may see */
        get: {
            parameters: {
                query?: {
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description repositories that the caller may see */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repositories"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** repositories of a namespace */
        get: {
            parameters: {
                query?: {
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description repositories of a namespace */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repositories"];
                    };
                };
            };
        };
        put?: never;
        /** create a repository */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            /** @description create a repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.CreateRepo"];
                };
            };
            responses: {
                /** @description create a repository */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repository"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one repository */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repository"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** delete a repository */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete a repository */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** change a repository */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            /** @description change a repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.UpdateRepo"];
                };
            };
            responses: {
                /** @description change a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repository"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** who reaches a repository, and why */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description who reaches a repository, and why */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["berth.ListAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the former names of a repository */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the former names of a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Aliases"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what happened in a repository, newest first */
        get: {
            parameters: {
                query?: {
                    actorId?: string;
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    eventType?: string;
                    excludePull?: string;
                    objectType?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                    publishedAfter?: string;
                    publishedBefore?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what happened in a repository, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Events"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/manifests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** manifests of a repository */
        get: {
            parameters: {
                query?: {
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description manifests of a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Manifest"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/manifests/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** the manifest of a tag or a digest */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description A tag, or a digest such as sha256:…. */
                    reference: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the manifest of a tag or a digest */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Manifest"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** delete a manifest with its tags, or a tag alone */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description A tag, or a digest such as sha256:…. */
                    reference: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete a manifest with its tags, or a tag alone */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** give a repository another name, another namespace, or both; the old name goes on leading to it */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            /** @description give a repository another name, another namespace, or both; the old name goes on leading to it */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.RenameRepo"];
                };
            };
            responses: {
                /** @description give a repository another name, another namespace, or both; the old name goes on leading to it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Repository"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** tags of a repository */
        get: {
            parameters: {
                query?: {
                    /** @description `true`: the header X-Resource-Count tells how many there are in all. */
                    count?: string;
                    domain?: string;
                    includeManifests?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description tags of a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListTag"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/tags/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** a tag, or the tags of a digest: once for each platform */
        get: {
            parameters: {
                query?: {
                    arch?: string;
                    domain?: string;
                    os?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description A tag, or a digest such as sha256:…. */
                    reference: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description a tag, or the tags of a digest: once for each platform */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.Tag"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** delete a tag, not what it names */
        delete: {
            parameters: {
                query?: {
                    domain?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description A tag, or a digest such as sha256:…. */
                    reference: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete a tag, not what it names */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/teamAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** teams that may do something on a repository */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description teams that may do something on a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListRepoTeamAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/teamAccess/{teamname}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** say what a team may on a repository */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            /** @description say what a team may on a repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.Access"];
                };
            };
            responses: {
                /** @description say what a team may on a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListRepoTeamAccess"];
                    };
                };
            };
        };
        post?: never;
        /** take a team's grant on a repository away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take a team's grant on a repository away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/userAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** users that were granted something on a repository themselves */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description users that were granted something on a repository themselves */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListRepoUserAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/userAccess/{grantee}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** say what a user may on a repository */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    grantee: string;
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            /** @description say what a user may on a repository */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.Access"];
                };
            };
            responses: {
                /** @description say what a user may on a repository */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.RepoUserAccess"];
                    };
                };
            };
        };
        post?: never;
        /** take a user's grant on a repository away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's name. */
                    grantee: string;
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The repository's name within its namespace: one path segment, so a slash is written %2F. */
                    reponame: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take a user's grant on a repository away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** names that are held in a namespace for repositories that were renamed */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description names that are held in a namespace for repositories that were renamed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.HeldNames"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** release a name that is held for a repository that was renamed */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A former name; a slash is written %2F. */
                    alias: string;
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description release a name that is held for a repository that was renamed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/patternAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** grants on the repositories of a namespace whose names fit a pattern */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description grants on the repositories of a namespace whose names fit a pattern */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["berth.ListPatternAccess"];
                    };
                };
            };
        };
        put?: never;
        /** grant a team or a user something on a pattern */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            /** @description grant a team or a user something on a pattern */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["berth.GrantPattern"];
                };
            };
            responses: {
                /** @description grant a team or a user something on a pattern */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["berth.PatternAccess"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/patternAccess/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** take a grant on a pattern away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id, as lists show it. */
                    id: string;
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take a grant on a pattern away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/teamAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** teams that may do something on every repository of a namespace */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    pageSize?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    pageStart?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description teams that may do something on every repository of a namespace */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.ListRepoNamespaceTeamAccess"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/teamAccess/{teamname}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** what a team may on a namespace */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what a team may on a namespace */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.NamespaceTeamAccess"];
                    };
                };
            };
        };
        /** say what a team may on a namespace */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            /** @description say what a team may on a namespace */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["forms.Access"];
                };
            };
            responses: {
                /** @description say what a team may on a namespace */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.NamespaceTeamAccess"];
                    };
                };
            };
        };
        post?: never;
        /** take a team's grant on a namespace away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization. */
                    namespace: string;
                    /** @description The team's name, or id; a slash is written %2F. */
                    teamname: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description take a team's grant on a namespace away */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** who is asking, and by what */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description who is asking, and by what */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["responses.PresentSession"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** all accounts */
        get: {
            parameters: {
                query?: {
                    filter?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description all accounts */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Accounts"];
                    };
                };
            };
        };
        put?: never;
        /** create a user or an organization */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description create a user or an organization */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.CreateAccount"];
                };
            };
            responses: {
                /** @description create a user or an organization */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Account"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Account"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** delete an account and its repositories */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete an account and its repositories */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** change an account */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            /** @description change an account */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.UpdateAccount"];
                };
            };
            responses: {
                /** @description change an account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Account"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/changePassword": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** set a password */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            /** @description set a password */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.ChangePassword"];
                };
            };
            responses: {
                /** @description set a password */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Account"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** members of an organization */
        get: {
            parameters: {
                query?: {
                    filter?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description members of an organization */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Members"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one membership */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one membership */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        /** add a member, or make one an owner */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                };
                cookie?: never;
            };
            /** @description add a member, or make one an owner */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.SetMembership"];
                };
            };
            responses: {
                /** @description add a member, or make one an owner */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        post?: never;
        /** remove a member */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description remove a member */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** add a member, or make one an owner */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                };
                cookie?: never;
            };
            /** @description add a member, or make one an owner */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.SetMembership"];
                };
            };
            responses: {
                /** @description add a member, or make one an owner */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/members/{member}/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** teams of a member */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description teams of a member */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.MemberTeams"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** organizations that a user belongs to */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description organizations that a user belongs to */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.MemberOrgs"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** teams of an organization */
        get: {
            parameters: {
                query?: {
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description teams of an organization */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Teams"];
                    };
                };
            };
        };
        put?: never;
        /** create a team */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                };
                cookie?: never;
            };
            /** @description create a team */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.CreateTeam"];
                };
            };
            responses: {
                /** @description create a team */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Team"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/teams/{team}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one team */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one team */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Team"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** delete a team */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description delete a team */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** rename or describe a team */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            /** @description rename or describe a team */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.UpdateTeam"];
                };
            };
            responses: {
                /** @description rename or describe a team */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Team"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/teams/{team}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** members of a team */
        get: {
            parameters: {
                query?: {
                    filter?: string;
                    /** @description How many at most. */
                    limit?: string;
                    /** @description Where to go on: the header X-Next-Page-Start of the page before. */
                    start?: string;
                };
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description members of a team */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Members"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{account}/teams/{team}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** one membership */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one membership */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        /** add a member, or make one lead */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            /** @description add a member, or make one lead */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.SetMembership"];
                };
            };
            responses: {
                /** @description add a member, or make one lead */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        post?: never;
        /** remove a member */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description remove a member */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** add a member, or make one lead */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A user or an organization: its name, or its id. */
                    account: string;
                    /** @description The user's name, or id. */
                    member: string;
                    /** @description The team's name, or id. */
                    team: string;
                };
                cookie?: never;
            };
            /** @description add a member, or make one lead */
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["enzi.forms.SetMembership"];
                };
            };
            responses: {
                /** @description add a member, or make one lead */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["enzi.responses.Member"];
                    };
                };
            };
        };
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        "berth.Because": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            grant?: {
                expiresAt: string | null;
                /** @enum {string} */
                on: "repository" | "namespace" | "pattern";
                pattern: string | null;
                team: string | null;
                /** @enum {string} */
                to: "user" | "team";
            };
            /** @enum {string} */
            rule: "public" | "system admin" | "own namespace" | "organization owner" | "global role" | "grant";
        };
        "berth.Explanation": {
            /** @enum {string} */
            accessLevel: "none" | "read-only" | "read-write" | "admin";
            action: string;
            allowed: boolean;
            because: components["schemas"]["berth.Because"][];
            missing: string | null;
            /** @enum {string} */
            needs: "read-only" | "read-write" | "admin";
            repository: string;
            user: string;
        };
        /**
         * @example {
         *       "pattern": "web-*",
         *       "accessLevel": "read-only",
         *       "team": "frontend"
         *     }
         */
        "berth.GrantPattern": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
            /**
             * @description of names within the namespace: web-*
             * @example web-*
             */
            pattern: string;
            team?: string;
            user?: string;
        };
        "berth.ImportedUsers": {
            created: string[];
        };
        "berth.ListAccess": {
            accessList: {
                /** @enum {string} */
                accessLevel: "read-only" | "read-write" | "admin";
                because: components["schemas"]["berth.Because"][];
                user: components["schemas"]["enzi.responses.Account"];
            }[];
            /** @enum {string} */
            visibility: "public" | "private";
        };
        "berth.ListPatternAccess": {
            patternAccessList: components["schemas"]["berth.PatternAccess"][];
        };
        "berth.PatternAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            expiresAt: string | null;
            id: string;
            /**
             * @description of names within the namespace: web-*
             * @example web-*
             */
            pattern: string;
            team: string | null;
            user: string | null;
        };
        "berth.TokenScope": {
            actions: ("pull" | "push" | "delete" | "*")[];
            /**
             * @description a pattern of full names: engineering/web-*
             * @example engineering/web-*
             */
            repositories: string;
        };
        "enzi.forms.ChangePassword": {
            newPassword: string;
            oldPassword?: string;
        };
        /**
         * @example {
         *       "name": "ahab",
         *       "fullName": "Captain Ahab",
         *       "password": "…"
         *     }
         */
        "enzi.forms.CreateAccount": {
            fullName?: string;
            /** @enum {string} */
            globalRole?: "none" | "read-only" | "read-write";
            isActive?: boolean;
            isAdmin?: boolean;
            isOrg?: boolean;
            name: string;
            password?: string;
        };
        /**
         * @example {
         *       "name": "frontend",
         *       "description": "What people see"
         *     }
         */
        "enzi.forms.CreateTeam": {
            description?: string;
            name: string;
        };
        /**
         * @example {
         *       "isAdmin": false
         *     }
         */
        "enzi.forms.SetMembership": {
            isAdmin?: boolean;
        };
        /**
         * @example {
         *       "fullName": "Captain Ahab"
         *     }
         */
        "enzi.forms.UpdateAccount": {
            fullName?: string;
            /** @enum {string} */
            globalRole?: "none" | "read-only" | "read-write";
            isActive?: boolean;
            isAdmin?: boolean;
        };
        /**
         * @example {
         *       "description": "What people see"
         *     }
         */
        "enzi.forms.UpdateTeam": {
            description?: string;
            name?: string;
        };
        "enzi.responses.Account": {
            fullName: string;
            /** @enum {string} */
            globalRole?: "none" | "read-only" | "read-write";
            id: string;
            isActive?: boolean;
            isAdmin?: boolean;
            isOrg: boolean;
            isServiceAccount?: boolean;
            name: string;
            otpEnabled?: boolean;
        };
        "enzi.responses.Accounts": {
            accounts: components["schemas"]["enzi.responses.Account"][];
            nextPageStart: string;
            resourceCount: number;
        };
        "enzi.responses.Member": {
            isAdmin: boolean;
            member: components["schemas"]["enzi.responses.Account"];
        };
        "enzi.responses.MemberOrgs": {
            memberOrgs: {
                isAdmin: boolean;
                org: components["schemas"]["enzi.responses.Account"];
            }[];
            nextPageStart: string;
        };
        "enzi.responses.Members": {
            members: components["schemas"]["enzi.responses.Member"][];
            nextPageStart: string;
        };
        "enzi.responses.MemberTeams": {
            memberTeams: {
                isAdmin: boolean;
                team: components["schemas"]["enzi.responses.Team"];
            }[];
            nextPageStart: string;
        };
        "enzi.responses.Team": {
            clientUserIsMember: boolean;
            description: string;
            id: string;
            membersCount: number;
            name: string;
            orgID: string;
        };
        "enzi.responses.Teams": {
            nextPageStart: string;
            teams: components["schemas"]["enzi.responses.Team"][];
        };
        /**
         * @example {
         *       "accessLevel": "read-write"
         *     }
         */
        "forms.Access": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
        };
        "forms.ConfirmSecondFactor": {
            code: string;
        };
        /**
         * @example {
         *       "tokenLabel": "build server"
         *     }
         */
        "forms.CreateAPIToken": {
            /** Format: date-time */
            expiresAt?: string;
            scopes?: components["schemas"]["berth.TokenScope"][];
            tokenLabel?: string;
        };
        /**
         * @example {
         *       "name": "app",
         *       "visibility": "private"
         *     }
         */
        "forms.CreateRepo": {
            enableManifestLists?: boolean;
            immutableTags?: boolean;
            longDescription?: string;
            name: string;
            scanOnPush?: boolean;
            shortDescription?: string;
            sparse?: boolean;
            tagLimit?: number;
            /** @enum {string} */
            visibility?: "public" | "private";
        };
        /**
         * @example {
         *       "name": "builder",
         *       "description": "Pushes what main builds"
         *     }
         */
        "forms.CreateServiceAccount": {
            description?: string;
            name: string;
        };
        /**
         * @example {
         *       "tokenLabel": "main"
         *     }
         */
        "forms.CreateServiceAccountSecret": {
            /** Format: date-time */
            expiresAt?: string;
            scopes?: components["schemas"]["berth.TokenScope"][];
            tokenLabel?: string;
        };
        /**
         * @example {
         *       "issuer": "https://token.actions.githubusercontent.com",
         *       "audience": "https://registry.example.com",
         *       "claims": {
         *         "sub": "repo:acme/app:ref:refs/heads/main"
         *       }
         *     }
         */
        "forms.CreateTrustRule": {
            audience: string;
            claims: {
                [key: string]: string;
            };
            /** Format: date-time */
            expiresAt?: string;
            issuer: string;
            tokenSeconds?: number;
        };
        "forms.OfferSecondFactor": {
            password: string;
        };
        "forms.RenameAccount": {
            name: string;
        };
        "forms.RenameRepo": {
            name?: string;
            namespace?: string;
        };
        /**
         * @example {
         *       "tokenLabel": "main",
         *       "overlapSeconds": 3600
         *     }
         */
        "forms.RotateServiceAccountSecrets": {
            /** Format: date-time */
            expiresAt?: string;
            overlapSeconds?: number;
            scopes?: components["schemas"]["berth.TokenScope"][];
            tokenLabel?: string;
        };
        "forms.SecondFactorProof": {
            code: string;
            password: string;
        };
        /**
         * @example {
         *       "accessLevel": "read-write"
         *     }
         */
        "forms.ServiceAccountAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
        };
        /**
         * @example {
         *       "passwordMinLength": 12
         *     }
         */
        "forms.Settings": {
            /** @description Berth's own: whether ?refresh_token= lets an access token in */
            accessTokenInQuery?: boolean;
            /** @description Berth reports to nobody */
            anonymizeAnalytics?: boolean;
            /** @description only other versions of DTR have it */
            auditAuthLogsEnabled?: boolean;
            /** @description only other versions of DTR have it */
            authBypassCA?: string;
            /** @description only other versions of DTR have it */
            authBypassOU?: string;
            /** @description this version has nothing of the kind */
            clientCertAuthEnabled?: boolean;
            /** @description Berth's own: a system admin's push makes an organization */
            createNamespaceOnPush?: boolean;
            /** @description a push makes the repository that it names */
            createRepositoryOnPush?: boolean;
            /** @description Berth shows no such warning */
            disableBackupWarning?: boolean;
            /** @description no cookie is set that outlives the browser */
            disablePersistentCookies?: boolean;
            /** @description Berth looks for no newer version of itself */
            disableUpgrades?: boolean;
            /** @description BERTH_PUBLIC_URL, else the request's own host */
            dtrHost?: string;
            /** @description only other versions of DTR have it */
            etcdElectionTimeout?: number;
            /** @description only other versions of DTR have it */
            etcdHeartbeatInterval?: number;
            /** @description only other versions of DTR have it */
            etcdSnapshotCount?: number;
            /** @description Berth's own: events are kept for so many months; 0: for good */
            eventMonths?: number;
            /** @description only other versions of DTR have it */
            gcMode?: string;
            /** @description Berth needs nothing of the kind */
            httpProxy?: string;
            /** @description Berth needs nothing of the kind */
            httpsProxy?: string;
            /** @description this version has nothing of the kind */
            jobHistoryCompactionEnabled?: boolean;
            /** @description this version has nothing of the kind */
            jobHistoryMaxAge?: string;
            /** @description this version has nothing of the kind */
            jobHistoryToKeep?: number;
            /** @description logs go to standard output */
            logHost?: string;
            /** @description set for each process by its environment, not here */
            logLevel?: string;
            /** @description logs go to standard output */
            logProtocol?: string;
            /** @description Berth needs nothing of the kind */
            nfsHost?: string;
            /** @description Berth needs nothing of the kind */
            nfsPath?: string;
            /** @description Berth needs nothing of the kind */
            noProxy?: string;
            /** @description only other versions of DTR have it */
            notaryCert?: string;
            /** @description only other versions of DTR have it */
            notaryServer?: string;
            /** @description only other versions of DTR have it */
            notaryVerifyCert?: boolean;
            /** @description Berth's own: of passwords that are set from now on */
            passwordMinLength?: number;
            /** @description no content is pushed, changed or deleted; pulls go on */
            readOnlyRegistry?: boolean;
            /** @description only other versions of DTR have it */
            releaseChannel?: string;
            /** @description of the installation: its replicas are alike */
            replicaID?: string;
            /** @description replicas are alike and are not listed */
            replicaSettings?: {
                [key: string]: components["schemas"]["responses.ReplicaSettings"];
            };
            /** @description this version has nothing of the kind */
            repoEventHistoryCompactionEnabled?: boolean;
            /** @description this version has nothing of the kind */
            repoEventHistoryMaxAge?: string;
            /** @description this version has nothing of the kind */
            repoEventHistoryToKeep?: number;
            /** @description Berth reports to nobody */
            reportAnalytics?: boolean;
            /** @description this version has nothing of the kind */
            scanningDeadline?: number;
            /** @description only other versions of DTR have it */
            scanningDisableAutoRecheck?: boolean;
            /** @description this version has nothing of the kind */
            scanningEnableAutoRecheck?: boolean;
            /** @description this version has nothing of the kind */
            scanningEnabled?: boolean;
            /** @description this version has nothing of the kind */
            scanningSyncOnline?: boolean;
            /** @description Berth's own: a session that is begun from now on ends after so many hours */
            sessionHours?: number;
            /** @description Berth's own: a session without a request for so many minutes ends */
            sessionIdleMinutes?: number;
            /** @description this version has nothing of the kind */
            sso?: boolean;
            /** @description set for each process by its environment, not here */
            storageVolume?: string;
            /** @description set for each process by its environment, not here */
            webTLSCA?: string;
            /** @description set for each process by its environment, not here */
            webTLSCert?: string;
            /** @description this version has nothing of the kind */
            webTLSClientCA?: string;
            /** @description set for each process by its environment, not here */
            webTLSKey?: string;
        };
        /**
         * @example {
         *       "tokenLabel": "build server",
         *       "isActive": false
         *     }
         */
        "forms.UpdateAPIToken": {
            isActive?: boolean;
            tokenLabel?: string;
        };
        /**
         * @example {
         *       "shortDescription": "What it is",
         *       "visibility": "public"
         *     }
         */
        "forms.UpdateRepo": {
            enableManifestLists?: boolean;
            immutableTags?: boolean;
            longDescription?: string;
            scanOnPush?: boolean;
            shortDescription?: string;
            sparse?: boolean;
            tagLimit?: number;
            /** @enum {string} */
            visibility?: "public" | "private";
        };
        /**
         * @example {
         *       "isActive": false
         *     }
         */
        "forms.UpdateServiceAccount": {
            description?: string;
            isActive?: boolean;
        };
        "forms.UserSettings": {
            contentCacheUUID?: string;
        };
        "responses.Aliases": {
            aliases: {
                /** Format: date-time */
                createdAt: string;
                name: string;
            }[];
        };
        "responses.APIToken": {
            createdAt: string;
            creatorUa: string;
            expiresAt: string | null;
            generatedBy: string;
            hashedToken: string;
            isActive: boolean;
            lastUsed: string;
            scopes: components["schemas"]["berth.TokenScope"][] | null;
            tokenLabel: string;
        };
        "responses.Autocomplete": {
            accountResults: components["schemas"]["enzi.responses.Account"][];
            repositoryResults: components["schemas"]["responses.Repository"][];
        };
        "responses.ClusterStatus": {
            gc_lock_holder: string;
            replica_health: {
                [key: string]: string;
            };
            replica_readonly: {
                [key: string]: boolean;
            };
            replica_timestamp: {
                [key: string]: string;
            };
            rethink_system_tables: {
                [key: string]: unknown;
            };
        };
        "responses.DockerfileLine": {
            isEmpty: boolean;
            layerDigest: string;
            line: string;
            mediaType?: string;
            size: number;
            urls?: string[];
        };
        "responses.DockerSearch": {
            num_results: number;
            query: string;
            results: {
                description: string;
                is_official: boolean;
                is_trusted: boolean;
                name: string;
                star_count: number;
            }[];
        };
        "responses.Errors": {
            errors: {
                code: string;
                detail?: unknown;
                message: string;
            }[];
        };
        "responses.Events": {
            events: components["schemas"]["schema.Event"][];
        };
        "responses.Features": {
            db_version: number;
            metadataStoreOptedIn: boolean;
            mirroringLicensed: boolean;
            onlineGCEnabled: boolean;
            promotionLicensed: boolean;
            scanningEnabled: boolean;
            scanningLicensed: boolean;
            ucpHost: string;
        };
        "responses.HeldNames": {
            aliases: {
                /** Format: date-time */
                createdAt: string;
                name: string;
                /** @description what it leads to; null where you may not see that */
                repository: string | null;
            }[];
        };
        "responses.Language": {
            language: string;
        };
        "responses.ListRepoNamespaceTeamAccess": {
            namespace: string;
            teamAccessList: components["schemas"]["responses.TeamAccess"][];
        };
        "responses.ListRepoTeamAccess": {
            repository: components["schemas"]["responses.Repository"];
            teamAccessList: components["schemas"]["responses.TeamAccess"][];
        };
        "responses.ListRepoUserAccess": {
            repository: components["schemas"]["responses.Repository"];
            userAccessList: {
                /** @enum {string} */
                accessLevel: "read-only" | "read-write" | "admin";
                /** Format: date-time */
                expiresAt?: string | null;
                user: components["schemas"]["enzi.responses.Account"];
            }[];
        };
        "responses.ListTag": {
            author: string;
            createdAt: string;
            digest: string;
            hashMismatch: boolean;
            inNotary: boolean;
            manifest: components["schemas"]["responses.Manifest"];
            name: string;
            updatedAt: string;
        };
        "responses.ListTeamRepoAccess": {
            repositoryAccessList: {
                /** @enum {string} */
                accessLevel: "read-only" | "read-write" | "admin";
                /** Format: date-time */
                expiresAt?: string | null;
                repository: components["schemas"]["responses.Repository"];
            }[];
            team: components["schemas"]["responses.Team"];
        };
        "responses.Manifest": {
            architecture?: string;
            artifactType?: string;
            author?: string;
            configDigest?: string;
            configMediaType?: string;
            /** @enum {string} */
            configStatus?: "read" | "pending" | "none" | "missing" | "too-large" | "invalid" | "absent";
            createdAt?: string;
            digest: string;
            dockerfile?: components["schemas"]["responses.DockerfileLine"][];
            mediaType?: string;
            os?: string;
            osVersion?: string;
            platforms?: {
                architecture?: string;
                digest: string;
                os?: string;
                osVersion?: string;
                variant?: string;
            }[];
            size?: number;
            variant?: string;
        };
        "responses.NamespaceTeamAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
            namespace: string;
            team: components["schemas"]["responses.Team"];
        };
        "responses.NewAPIToken": {
            createdAt: string;
            creatorUa: string;
            expiresAt: string | null;
            generatedBy: string;
            hashedToken: string;
            isActive: boolean;
            lastUsed: string;
            scopes: components["schemas"]["berth.TokenScope"][] | null;
            token: string;
            tokenLabel: string;
        };
        "responses.PresentSession": {
            account: components["schemas"]["enzi.responses.Account"];
            credential: string;
            csrfToken: string | null;
            id: string | null;
        };
        "responses.RecoveryCodes": {
            recoveryCodes: string[];
        };
        "responses.ReplicaSettings": {
            HTTPPort: number;
            HTTPSPort: number;
            node: string;
        };
        "responses.Repositories": {
            repositories: components["schemas"]["responses.Repository"][];
        };
        "responses.Repository": {
            enableManifestLists: boolean;
            id: string;
            immutableTags: boolean;
            longDescription?: string;
            name: string;
            namespace: string;
            /** @enum {string} */
            namespaceType: "user" | "organization";
            pulls: number;
            pushes: number;
            scanOnPush: boolean;
            shortDescription: string;
            sparse: boolean;
            tagLimit: number;
            /** @enum {string} */
            visibility: "public" | "private";
        };
        "responses.RepoUserAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
            repository: components["schemas"]["responses.Repository"];
            user: components["schemas"]["enzi.responses.Account"];
        };
        "responses.SecondFactor": {
            isOn: boolean;
            recoveryCodesLeft: number;
            since: string | null;
        };
        "responses.SecondFactorSecret": {
            secret: string;
            uri: string;
        };
        "responses.ServiceAccount": {
            createdAt: string;
            description: string;
            id: string;
            isActive: boolean;
            lastUsed: string | null;
            name: string;
            orgID: string;
        };
        "responses.ServiceAccountNamespaceAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string;
            namespace: string;
        };
        "responses.ServiceAccountRepositoryAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string;
            repository: components["schemas"]["responses.Repository"];
        };
        "responses.ServiceAccountRepositoryAccessList": {
            repositoryAccessList: components["schemas"]["responses.ServiceAccountRepositoryAccess"][];
        };
        "responses.ServiceAccounts": {
            serviceAccounts: components["schemas"]["responses.ServiceAccount"][];
        };
        "responses.Session": {
            address: string;
            agent: string;
            createdAt: string;
            endsAt: string;
            id: string;
            isPresent: boolean;
            lastUsedAt: string;
        };
        "responses.Sessions": {
            sessions: components["schemas"]["responses.Session"][];
        };
        "responses.Settings": {
            /** @description Berth's own: whether ?refresh_token= lets an access token in */
            accessTokenInQuery: boolean;
            /** @description Berth reports to nobody */
            anonymizeAnalytics: boolean;
            /** @description this version has nothing of the kind */
            clientCertAuthEnabled: boolean;
            /** @description Berth's own: a system admin's push makes an organization */
            createNamespaceOnPush: boolean;
            /** @description a push makes the repository that it names */
            createRepositoryOnPush: boolean;
            /** @description Berth shows no such warning */
            disableBackupWarning: boolean;
            /** @description no cookie is set that outlives the browser */
            disablePersistentCookies: boolean;
            /** @description Berth looks for no newer version of itself */
            disableUpgrades: boolean;
            /** @description BERTH_PUBLIC_URL, else the request's own host */
            dtrHost: string;
            /** @description Berth's own: events are kept for so many months; 0: for good */
            eventMonths: number;
            /** @description Berth needs nothing of the kind */
            httpProxy: string;
            /** @description Berth needs nothing of the kind */
            httpsProxy: string;
            /** @description this version has nothing of the kind */
            jobHistoryCompactionEnabled: boolean;
            /** @description this version has nothing of the kind */
            jobHistoryMaxAge: string;
            /** @description this version has nothing of the kind */
            jobHistoryToKeep: number;
            /** @description logs go to standard output */
            logHost: string;
            /** @description set for each process by its environment, not here */
            logLevel: string;
            /** @description logs go to standard output */
            logProtocol: string;
            /** @description Berth needs nothing of the kind */
            nfsHost: string;
            /** @description Berth needs nothing of the kind */
            nfsPath: string;
            /** @description Berth needs nothing of the kind */
            noProxy: string;
            /** @description Berth's own: of passwords that are set from now on */
            passwordMinLength: number;
            /** @description no content is pushed, changed or deleted; pulls go on */
            readOnlyRegistry: boolean;
            /** @description of the installation: its replicas are alike */
            replicaID: string;
            /** @description replicas are alike and are not listed */
            replicaSettings: {
                [key: string]: components["schemas"]["responses.ReplicaSettings"];
            };
            /** @description this version has nothing of the kind */
            repoEventHistoryCompactionEnabled: boolean;
            /** @description this version has nothing of the kind */
            repoEventHistoryMaxAge: string;
            /** @description this version has nothing of the kind */
            repoEventHistoryToKeep: number;
            /** @description Berth reports to nobody */
            reportAnalytics: boolean;
            /** @description this version has nothing of the kind */
            scanningDeadline: number;
            /** @description this version has nothing of the kind */
            scanningEnableAutoRecheck: boolean;
            /** @description this version has nothing of the kind */
            scanningEnabled: boolean;
            /** @description this version has nothing of the kind */
            scanningSyncOnline: boolean;
            /** @description Berth's own: a session that is begun from now on ends after so many hours */
            sessionHours: number;
            /** @description Berth's own: a session without a request for so many minutes ends */
            sessionIdleMinutes: number;
            /** @description this version has nothing of the kind */
            sso: boolean;
            /** @description set for each process by its environment, not here */
            storageVolume: string;
            /** @description set for each process by its environment, not here */
            webTLSCA: string;
            /** @description set for each process by its environment, not here */
            webTLSCert: string;
            /** @description this version has nothing of the kind */
            webTLSClientCA: string;
        };
        "responses.Tag": {
            author: string;
            createdAt: string;
            digest: string;
            hashMismatch: boolean;
            inNotary: boolean;
            manifest: components["schemas"]["responses.Manifest"];
            name: string;
            updatedAt: string;
        };
        "responses.Team": {
            clientUserIsMember: boolean;
            description: string;
            id: string;
            name: string;
            orgID: string;
        };
        "responses.TeamAccess": {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            /** Format: date-time */
            expiresAt?: string | null;
            team: components["schemas"]["responses.Team"];
        };
        "responses.TrustRule": {
            audience: string;
            claims: {
                [key: string]: string;
            };
            createdAt: string;
            expiresAt: string | null;
            id: string;
            issuer: string;
            lastUsed: string | null;
            tokenSeconds: number;
        };
        "responses.UserSettings": {
            ContentCacheUUID: string;
        };
        "schema.Event": {
            /** @description the account's id; empty for nobody's */
            actor: string;
            /** @description the account's name */
            actorName: string;
            actorType: string;
            address?: string;
            credential?: string;
            /** @description what was and what is */
            detail?: {
                [key: string]: unknown;
            };
            id: string;
            object: components["schemas"]["schema.Object"];
            /** Format: date-time */
            publishedAt: string;
            repository: string;
            target?: components["schemas"]["schema.Object"];
            type: string;
        };
        "schema.Object": {
            content?: string;
            id: string;
            name?: string;
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
