// Every operation that a version of DTR had, and what becomes of it here: kept by hand.
//
// A line: `works`, `later` or `refuses` (it will not come); the operation; after a bar what there is to say about it. After a change run
// `npm run docs:operations`, which writes docs/dtr-operations.md.

export const operations = {
  "DTR 2.7": `
works GET /api/v0/accounts/language
works DELETE /api/v0/accounts/{namespace}
works DELETE /api/v0/accounts/{namespace}/repositories
later GET /api/v0/accounts/{namespace}/webhooks | webhooks
works GET /api/v0/accounts/{orgname}/teams/{teamname}/repositoryAccess
works GET /api/v0/accounts/{username}/repositoryAccess/{namespace}/{reponame}
works GET /api/v0/accounts/{username}/settings
works PATCH /api/v0/accounts/{username}/settings
later GET /api/v0/action_configs | jobs on view
later POST /api/v0/action_configs | jobs on view
later DELETE /api/v0/action_configs/{action} | jobs on view
later GET /api/v0/action_configs/{action} | jobs on view
works DELETE /api/v0/api_tokens
works GET /api/v0/api_tokens
works POST /api/v0/api_tokens
works DELETE /api/v0/api_tokens/{hashedtoken}
works GET /api/v0/api_tokens/{hashedtoken}
works PATCH /api/v0/api_tokens/{hashedtoken}
later GET /api/v0/content_caches | content caches
later POST /api/v0/content_caches | content caches
later DELETE /api/v0/content_caches/{contentcacheuuid} | content caches
later GET /api/v0/content_caches/{contentcacheuuid} | content caches
later GET /api/v0/crons | jobs on view
later POST /api/v0/crons | jobs on view
later DELETE /api/v0/crons/{action} | jobs on view
later GET /api/v0/crons/{action} | jobs on view
works GET /api/v0/events
later GET /api/v0/imagescan/layeroverride | scanning
later POST /api/v0/imagescan/layeroverride/{layerid} | scanning
later DELETE /api/v0/imagescan/layeroverride/{vulnerabilityid} | scanning
later GET /api/v0/imagescan/repositories/{namespace}/{reponame}/{tag} | scanning
later POST /api/v0/imagescan/scan | scanning
later PUT /api/v0/imagescan/scan/update | scanning
later POST /api/v0/imagescan/scan/{namespace}/{reponame}/{tag}/{os}/{arch} | scanning
later GET /api/v0/imagescan/scansummary/component/{component} | scanning
later GET /api/v0/imagescan/scansummary/cve/{cve} | scanning
later GET /api/v0/imagescan/scansummary/layer/{layerid} | scanning
later GET /api/v0/imagescan/scansummary/license/{license} | scanning
later GET /api/v0/imagescan/scansummary/repositories/{namespace}/{reponame}/{reference} | scanning
later GET /api/v0/imagescan/scansummary/repositories/{namespace}/{reponame}/{tag}/export | scanning
later POST /api/v0/imagescan/scansummary/tags | scanning
later GET /api/v0/imagescan/status | scanning
works GET /api/v0/index/autocomplete
works GET /api/v0/index/dockersearch
later GET /api/v0/jobs | jobs on view
later POST /api/v0/jobs | jobs on view
later DELETE /api/v0/jobs/{jobID} | jobs on view
later GET /api/v0/jobs/{jobID} | jobs on view
later POST /api/v0/jobs/{jobID}/cancel | jobs on view
later GET /api/v0/jobs/{jobID}/logs | jobs on view
later GET /api/v0/meta/alerts | banners of the console
works GET /api/v0/meta/cluster_status
works GET /api/v0/meta/features
works GET /api/v0/meta/settings
works POST /api/v0/meta/settings
later POST /api/v0/remote/registry | mirroring
works GET /api/v0/repositories
later POST /api/v0/repositories/scan/toggle | scanning
works GET /api/v0/repositories/{namespace}
works POST /api/v0/repositories/{namespace}
works DELETE /api/v0/repositories/{namespace}/{reponame}
works GET /api/v0/repositories/{namespace}/{reponame}
works PATCH /api/v0/repositories/{namespace}/{reponame}
works GET /api/v0/repositories/{namespace}/{reponame}/events
works GET /api/v0/repositories/{namespace}/{reponame}/manifests
works DELETE /api/v0/repositories/{namespace}/{reponame}/manifests/{reference}
later DELETE /api/v0/repositories/{namespace}/{reponame}/mirroringPolicies | mirroring
later GET /api/v0/repositories/{namespace}/{reponame}/mirroringPolicies | mirroring
later GET /api/v0/repositories/{namespace}/{reponame}/pollMirroringPolicies | mirroring
later POST /api/v0/repositories/{namespace}/{reponame}/pollMirroringPolicies | mirroring
later DELETE /api/v0/repositories/{namespace}/{reponame}/pollMirroringPolicies/{pollmirroringpolicyid} | mirroring
later GET /api/v0/repositories/{namespace}/{reponame}/pollMirroringPolicies/{pollmirroringpolicyid} | mirroring
later PUT /api/v0/repositories/{namespace}/{reponame}/pollMirroringPolicies/{pollmirroringpolicyid} | mirroring
later GET /api/v0/repositories/{namespace}/{reponame}/promotionPolicies | promotion
later POST /api/v0/repositories/{namespace}/{reponame}/promotionPolicies | promotion
later DELETE /api/v0/repositories/{namespace}/{reponame}/promotionPolicies/{promotionpolicyid} | promotion
later GET /api/v0/repositories/{namespace}/{reponame}/promotionPolicies/{promotionpolicyid} | promotion
later PUT /api/v0/repositories/{namespace}/{reponame}/promotionPolicies/{promotionpolicyid} | promotion
later GET /api/v0/repositories/{namespace}/{reponame}/pruningPolicies | pruning
later POST /api/v0/repositories/{namespace}/{reponame}/pruningPolicies | pruning
later POST /api/v0/repositories/{namespace}/{reponame}/pruningPolicies/test | pruning
later DELETE /api/v0/repositories/{namespace}/{reponame}/pruningPolicies/{pruningpolicyid} | pruning
later GET /api/v0/repositories/{namespace}/{reponame}/pruningPolicies/{pruningpolicyid} | pruning
later PUT /api/v0/repositories/{namespace}/{reponame}/pruningPolicies/{pruningpolicyid} | pruning
later GET /api/v0/repositories/{namespace}/{reponame}/pushMirroringPolicies | mirroring
later POST /api/v0/repositories/{namespace}/{reponame}/pushMirroringPolicies | mirroring
later DELETE /api/v0/repositories/{namespace}/{reponame}/pushMirroringPolicies/{pushmirroringpolicyid} | mirroring
later GET /api/v0/repositories/{namespace}/{reponame}/pushMirroringPolicies/{pushmirroringpolicyid} | mirroring
later PUT /api/v0/repositories/{namespace}/{reponame}/pushMirroringPolicies/{pushmirroringpolicyid} | mirroring
works GET /api/v0/repositories/{namespace}/{reponame}/tags
works GET /api/v0/repositories/{namespace}/{reponame}/tags/{reference}
works DELETE /api/v0/repositories/{namespace}/{reponame}/tags/{tag}
later POST /api/v0/repositories/{namespace}/{reponame}/tags/{tag}/promotion | promotion
later POST /api/v0/repositories/{namespace}/{reponame}/tags/{tag}/pushMirroring | mirroring
works GET /api/v0/repositories/{namespace}/{reponame}/teamAccess
works DELETE /api/v0/repositories/{namespace}/{reponame}/teamAccess/{teamname}
works PUT /api/v0/repositories/{namespace}/{reponame}/teamAccess/{teamname}
later GET /api/v0/repositories/{namespace}/{reponame}/webhooks | webhooks
works GET /api/v0/repositoryNamespaces/{namespace}/teamAccess
works DELETE /api/v0/repositoryNamespaces/{namespace}/teamAccess/{teamname}
works GET /api/v0/repositoryNamespaces/{namespace}/teamAccess/{teamname}
works PUT /api/v0/repositoryNamespaces/{namespace}/teamAccess/{teamname}
later GET /api/v0/webhooks | webhooks
later POST /api/v0/webhooks | webhooks
later POST /api/v0/webhooks/test | webhooks
later POST /api/v0/webhooks/update | webhooks
later DELETE /api/v0/webhooks/{webhook} | webhooks
later GET /api/v0/workers | jobs on view
later POST /api/v0/workers/{id}/capacity | jobs on view`,

  "Other versions of DTR": `
refuses GET /api/v0/accounts | ask /enzi/v0/accounts
refuses POST /api/v0/accounts | ask /enzi/v0/accounts
works DELETE /api/v0/accounts/{accountname}
refuses GET /api/v0/accounts/{accountname} | ask /enzi/v0/accounts/{account}
works DELETE /api/v0/accounts/{name}
refuses GET /api/v0/accounts/{name} | ask /enzi/v0/accounts/{account}
refuses PUT /api/v0/accounts/{name}/activate | ask PATCH /enzi/v0/accounts/{account} with isActive
refuses POST /api/v0/accounts/{name}/changePassword | ask /enzi/v0/accounts/{account}/changePassword
refuses PUT /api/v0/accounts/{name}/deactivate | ask PATCH /enzi/v0/accounts/{account} with isActive
refuses GET /api/v0/accounts/{name}/organizations | ask /enzi/v0/accounts/{account}/organizations
works GET /api/v0/accounts/{name}/repositoryAccess/{namespace}/{reponame}
refuses GET /api/v0/accounts/{name}/teams | ask /enzi/v0/accounts/{account}/teams
refuses POST /api/v0/accounts/{name}/teams | ask /enzi/v0/accounts/{account}/teams
refuses DELETE /api/v0/accounts/{name}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses GET /api/v0/accounts/{name}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses PATCH /api/v0/accounts/{name}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses GET /api/v0/accounts/{name}/teams/{teamname}/members | ask /enzi/v0/accounts/{account}/teams/{team}/members
refuses DELETE /api/v0/accounts/{name}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
refuses GET /api/v0/accounts/{name}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
refuses PUT /api/v0/accounts/{name}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
works GET /api/v0/accounts/{name}/teams/{teamname}/repositoryAccess
refuses GET /api/v0/accounts/{orgname}/members | ask /enzi/v0/accounts/{account}/members
refuses DELETE /api/v0/accounts/{orgname}/members/{member} | ask /enzi/v0/accounts/{account}/members/{member}
refuses GET /api/v0/accounts/{orgname}/members/{member} | ask /enzi/v0/accounts/{account}/members/{member}
refuses GET /api/v0/accounts/{orgname}/members/{member}/teams | ask /enzi/v0/accounts/{account}/members/{member}/teams
refuses GET /api/v0/accounts/{orgname}/teams | ask /enzi/v0/accounts/{account}/teams
refuses POST /api/v0/accounts/{orgname}/teams | ask /enzi/v0/accounts/{account}/teams
refuses DELETE /api/v0/accounts/{orgname}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses GET /api/v0/accounts/{orgname}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses PATCH /api/v0/accounts/{orgname}/teams/{teamname} | ask /enzi/v0/accounts/{account}/teams/{team}
refuses GET /api/v0/accounts/{orgname}/teams/{teamname}/members | ask /enzi/v0/accounts/{account}/teams/{team}/members
refuses DELETE /api/v0/accounts/{orgname}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
refuses GET /api/v0/accounts/{orgname}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
refuses PUT /api/v0/accounts/{orgname}/teams/{teamname}/members/{member} | ask /enzi/v0/accounts/{account}/teams/{team}/members/{member}
refuses PUT /api/v0/accounts/{username}/activate | ask PATCH /enzi/v0/accounts/{account} with isActive
refuses POST /api/v0/accounts/{username}/changePassword | ask /enzi/v0/accounts/{account}/changePassword
refuses PUT /api/v0/accounts/{username}/deactivate | ask PATCH /enzi/v0/accounts/{account} with isActive
refuses GET /api/v0/accounts/{username}/organizations | ask /enzi/v0/accounts/{account}/organizations
refuses GET /api/v0/accounts/{username}/repositoryNamespaceAccess/{namespace} | ask GET /api/v0/access/explain for a repository
refuses GET /api/v0/accounts/{username}/sharedRepositories | ask GET /api/v0/repositories
later DELETE /api/v0/crons/{cronID} | jobs on view
later GET /api/v0/imagescan/layer/{layerid} | scanning
later GET /api/v0/imagescan/scansummary/repositories/{namespace}/{reponame}/{tag} | scanning
refuses POST /api/v0/index/reindex | there is no index that could be stale
refuses GET /api/v0/index/search | ask GET /api/v0/index/autocomplete
later GET /api/v0/nautilus/db | scanning, on the newer paths of /imagescan
later GET /api/v0/nautilus/layer/{layerid} | scanning, on the newer paths of /imagescan
later GET /api/v0/nautilus/repositories/{namespace}/{reponame}/{tag} | scanning, on the newer paths of /imagescan
later POST /api/v0/nautilus/scan | scanning, on the newer paths of /imagescan
later PUT /api/v0/nautilus/scan/init | scanning, on the newer paths of /imagescan
later PATCH /api/v0/nautilus/scan/update | scanning, on the newer paths of /imagescan
later GET /api/v0/nautilus/scan/{namespace}/{reponame}/{tag} | scanning, on the newer paths of /imagescan
later POST /api/v0/nautilus/scan/{namespace}/{reponame}/{tag} | scanning, on the newer paths of /imagescan
refuses GET /api/v0/openid/begin | DTR 2.0's login by way of UCP
refuses GET /api/v0/openid/callback | DTR 2.0's login by way of UCP
refuses GET /api/v0/openid/keys | DTR 2.0's login by way of UCP
works GET /api/v0/repositories/{namespace}/{reponame}/tags/{tag}
later GET /api/v0/repositories/{namespace}/{reponame}/tags/{tag}/trust | signing
works GET /api/v0/repositories/{namespace}/{reponame}/userAccess
works DELETE /api/v0/repositories/{namespace}/{reponame}/userAccess/{grantee}
works PUT /api/v0/repositories/{namespace}/{reponame}/userAccess/{grantee}`,

  "eNZi, DTR's accounts": `
works GET /enzi/v0/accounts
works POST /enzi/v0/accounts
works DELETE /enzi/v0/accounts/{accountNameOrID}
works GET /enzi/v0/accounts/{accountNameOrID}
works PATCH /enzi/v0/accounts/{accountNameOrID}
later GET /enzi/v0/accounts/{accountNameOrID}/publicKeys | client certificates
later POST /enzi/v0/accounts/{accountNameOrID}/publicKeys | client certificates
later DELETE /enzi/v0/accounts/{accountNameOrID}/publicKeys/{keyID} | client certificates
later PATCH /enzi/v0/accounts/{accountNameOrID}/publicKeys/{keyID} | client certificates
later GET /enzi/v0/accounts/{accountNameOrID}/services | other services that log in by this server
later POST /enzi/v0/accounts/{accountNameOrID}/services | other services that log in by this server
later DELETE /enzi/v0/accounts/{accountNameOrID}/services/{serviceNameOrID} | other services that log in by this server
later GET /enzi/v0/accounts/{accountNameOrID}/services/{serviceNameOrID} | other services that log in by this server
later PATCH /enzi/v0/accounts/{accountNameOrID}/services/{serviceNameOrID} | other services that log in by this server
later GET /enzi/v0/accounts/{orgNameOrID}/adminMemberSyncConfig | LDAP
later PUT /enzi/v0/accounts/{orgNameOrID}/adminMemberSyncConfig | LDAP
works GET /enzi/v0/accounts/{orgNameOrID}/members
works DELETE /enzi/v0/accounts/{orgNameOrID}/members/{memberNameOrID}
works GET /enzi/v0/accounts/{orgNameOrID}/members/{memberNameOrID}
works PATCH /enzi/v0/accounts/{orgNameOrID}/members/{memberNameOrID}
works PUT /enzi/v0/accounts/{orgNameOrID}/members/{memberNameOrID}
works GET /enzi/v0/accounts/{orgNameOrID}/members/{memberNameOrID}/teams
refuses GET /enzi/v0/accounts/{orgNameOrID}/publicMembers | eNZi dropped it in 2.2: members are for members to see
works GET /enzi/v0/accounts/{orgNameOrID}/teams
works POST /enzi/v0/accounts/{orgNameOrID}/teams
works DELETE /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}
works GET /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}
works PATCH /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}
later GET /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/memberSyncConfig | LDAP
later PUT /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/memberSyncConfig | LDAP
works GET /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/members
works DELETE /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/members/{memberNameOrID}
works GET /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/members/{memberNameOrID}
works PATCH /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/members/{memberNameOrID}
works PUT /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/members/{memberNameOrID}
refuses GET /enzi/v0/accounts/{orgNameOrID}/teams/{teamNameOrID}/publicMembers | eNZi dropped it in 2.2: members are for members to see
works POST /enzi/v0/accounts/{userNameOrID}/changePassword
works GET /enzi/v0/accounts/{userNameOrID}/organizations
later POST /enzi/v0/admin/importAccounts | import of accounts
refuses GET /enzi/v0/config/accounts | the last system admin cannot be deleted, every other account can
refuses PUT /enzi/v0/config/accounts | the last system admin cannot be deleted, every other account can
later GET /enzi/v0/config/auth | LDAP
later PUT /enzi/v0/config/auth | LDAP
later GET /enzi/v0/config/auth/ldap | LDAP
later PUT /enzi/v0/config/auth/ldap | LDAP
later POST /enzi/v0/config/auth/ldap/tryLogin | LDAP
later GET /enzi/v0/config/openid | OpenID Connect
later PUT /enzi/v0/config/openid | OpenID Connect
later GET /enzi/v0/jobs | jobs on view
later POST /enzi/v0/jobs | jobs on view
later DELETE /enzi/v0/jobs/{jobID} | jobs on view
later GET /enzi/v0/jobs/{jobID} | jobs on view
later POST /enzi/v0/jobs/{jobID}/cancel | jobs on view
later GET /enzi/v0/jobs/{jobID}/logs | jobs on view
later GET /enzi/v0/workers | jobs on view
later DELETE /enzi/v0/workers/{workerID} | jobs on view
later GET /enzi/v0/workers/{workerID}/ping | jobs on view`,
  "In no document of DTR's, but asked for by its clients": `
works GET /api/v0/admin/version
refuses GET /api/v0/admin/settings/registry | storage is set for each process: BERTH_STORAGE
refuses PUT /api/v0/admin/settings/registry | storage is set for each process: BERTH_STORAGE
refuses PUT /api/v0/admin/settings/registry/simple | storage is set for each process: BERTH_STORAGE
refuses PUT /api/v0/admin/settings/auth | ask POST /enzi/v0/accounts
refuses POST /api/v0/admin/jobs | what nothing refers to is removed while the registry serves
refuses POST /api/v0/admin/settings/registry/garbageCollection/schedule | what nothing refers to is removed while the registry serves
refuses GET /api/v0/admin/settings/registry/garbageCollection/lastSavings | what nothing refers to is removed while the registry serves`,
};
