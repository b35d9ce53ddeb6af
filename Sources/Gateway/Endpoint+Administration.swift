extension Endpoint {
    /// Users, tokens, keys of nodes, and who did what.
    static let administration: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/whoami", operation: "whoAmI",
            summary: "Who the scheduler takes the sender for.", response: "Sender"),
        Endpoint(
            method: "GET", path: "/v1/probe", operation: "probePort",
            summary: "Whether this host reaches a port, from 1024, of the sender's host.",
            query: ["port"], response: "Probe"),
        Endpoint(
            method: "DELETE", path: "/v1/nodes/{name}", operation: "deleteNode",
            summary: "Takes a node's key back and moves its work.", response: "ActionResult"),
        Endpoint(
            method: "GET", path: "/v1/users", operation: "listUsers",
            summary: "All users by name; as=table|wide|name gives text.", query: ["as"],
            response: "List<User>"),
        Endpoint(
            method: "PUT", path: "/v1/users/{name}", operation: "putUser",
            summary: "Adds a user, or changes role, namespace and mapping.",
            request: "UserRequest", response: "User"),
        Endpoint(
            method: "DELETE", path: "/v1/users/{name}", operation: "deleteUser",
            summary: "Removes a user with all tokens; their jobs stay.", response: "ActionResult"),
        Endpoint(
            method: "POST", path: "/v1/users/{name}/tokens", operation: "issueUserToken",
            summary: "Makes a token for a user; its secret is shown this once.",
            request: "TokenRequest", response: "IssuedToken", status: 201),
        Endpoint(
            method: "GET", path: "/v1/tokens", operation: "listTokens",
            summary: "All tokens, without their secrets; as=table|wide|name gives text.",
            query: ["as"], response: "List<Token>"),
        Endpoint(
            method: "POST", path: "/v1/tokens", operation: "issueJoinToken",
            summary: "Makes a token that enrols workers; its secret is shown this once.",
            request: "TokenRequest", response: "IssuedToken", status: 201),
        Endpoint(
            method: "DELETE", path: "/v1/tokens/{id}", operation: "revokeToken",
            summary: "Takes a token back.", response: "ActionResult"),
        Endpoint(
            method: "GET", path: "/v1/audit", operation: "readAudit",
            summary: "Who changed what after a line, oldest first; as=table|wide gives text.",
            query: ["user", "after", "limit", "as"], response: "List<AuditLine>"),
    ]
}
