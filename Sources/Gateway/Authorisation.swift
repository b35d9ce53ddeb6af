import ClusterVocabulary

/// What an operation needs of who asks for it.
enum Permission: Sendable, Equatable {
    /// Nothing: it is answered to everybody.
    case open
    /// To look, within the own namespace.
    case look
    /// To change things, within the own namespace.
    case change
    /// To look at the machines, which belong to no namespace.
    case lookAtCluster
    /// To be an admin, for looking.
    case administerLooking
    /// To be an admin, for changing.
    case administer

    /// Whether it may leave something changed: such requests are recorded.
    var isChange: Bool { self == .change || self == .administer }

    /// Whether a role has it.
    func isGiven(to role: AccessRole) -> Bool {
        switch self {
        case .open: true
        case .look, .lookAtCluster: role == .admin || role == .user || role == .viewer
        case .change: role == .admin || role == .user
        case .administer, .administerLooking: role == .admin
        }
    }
}

/// Who may do what: the one table that is asked, before any route is entered.
///
/// An operation without a row needs an admin; a test says which one lacks its row.
enum Authorisation {
    /// Rows by the operation's name in the REST API.
    static let table: [String: Permission] = [
        "health": .open,
        "version": .open,

        "listJobs": .look,
        "describeJob": .look,
        "getSpecification": .look,
        "explainJob": .look,
        "listRounds": .look,
        "readLog": .look,
        "readOutput": .look,
        "listJobEvents": .look,
        "streamJob": .look,
        "listEvents": .look,
        "streamEvents": .look,
        "watchCluster": .look,
        "listModels": .look,
        "describeModel": .look,
        "readModelFile": .look,
        "readArtifact": .look,
        "findArtifact": .look,

        "listExperiments": .look,
        "describeExperiment": .look,
        "experimentSpec": .look,
        "listTrials": .look,

        "submitJobs": .change,
        "rerunJob": .change,
        "auditJob": .change,
        "cancelJob": .change,
        "deleteJob": .change,
        "suspendJob": .change,
        "resumeJob": .change,
        "storeArtifact": .change,
        "submitExperiments": .change,
        "deleteExperiment": .change,
        "cancelExperiment": .change,
        "limitExperiment": .change,
        "askExperiment": .change,
        "tellExperiment": .change,

        "listNodes": .lookAtCluster,
        "describeNode": .lookAtCluster,
        "document": .lookAtCluster,
        "whoAmI": .lookAtCluster,
        "probePort": .lookAtCluster,

        "deleteNode": .administer,
        "cordonNode": .administer,
        "drainNode": .administer,
        "uncordonNode": .administer,
        "collectGarbage": .administer,
        "listUsers": .administerLooking,
        "putUser": .administer,
        "deleteUser": .administer,
        "issueUserToken": .administer,
        "listTokens": .administerLooking,
        "issueJoinToken": .administer,
        "revokeToken": .administer,
        "readAudit": .administerLooking,
    ]

    /// What an operation needs.
    static func permission(of operation: String) -> Permission {
        table[operation] ?? .administer
    }
}
