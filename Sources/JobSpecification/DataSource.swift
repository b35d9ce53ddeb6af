package import ClusterVocabulary

/// Where the rows of a job come from.
package enum DataSource: Sendable, Equatable {
    /// Files on the client, in order of role; paths as written, relative to the spec's folder.
    case file([DataFile])
    /// Files at the same absolute path on every worker, in order of role.
    case hostPath([DataFile])
    /// A set the client has digested and, unless it lies on the hosts, uploaded.
    case artifact(DatasetReference)

    /// The roles of the files, in their order.
    package var roles: [DatasetReference.Role] {
        switch self {
        case .file(let files), .hostPath(let files): files.map(\.role)
        case .artifact(let reference): reference.files.map(\.role)
        }
    }
}

/// One data file by path.
package struct DataFile: Sendable, Equatable {
    /// The part it plays.
    package let role: DatasetReference.Role
    /// The path as written.
    package let path: String

    /// Makes a data file.
    package init(role: DatasetReference.Role, path: String) {
        self.role = role
        self.path = path
    }
}

extension DatasetReference.Role {
    /// The word of the spec: `train`, `trainLabels`, `test`, `testLabels`.
    package var word: String {
        switch self {
        case .train: "train"
        case .trainLabels: "trainLabels"
        case .test: "test"
        case .testLabels: "testLabels"
        }
    }

    /// The role with the given word of the spec.
    package init?(word: String) {
        guard let role = DatasetReference.Role.allCases.first(where: { $0.word == word }) else {
            return nil
        }
        self = role
    }
}
