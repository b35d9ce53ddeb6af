import Foundation

/// What the scheduler acknowledged, kept outside it: the truth its ledger is held against.
actor ShadowLog {
    struct Job: Sendable {
        let key: String
        let name: String
        var isCancelled = false
        var isDeleted = false
    }

    private(set) var jobs: [String: Job] = [:]
    private(set) var contradictions: [String] = []

    func submitted(_ key: String, as name: String) {
        if let known = jobs[key], known.name != name {
            contradictions.append("\(key) is \(known.name) and \(name)")
        }
        if let other = jobs.values.first(where: { $0.name == name }), other.key != key {
            contradictions.append("\(name) was given to \(other.key) and \(key)")
        }
        if jobs[key] == nil { jobs[key] = Job(key: key, name: name) }
    }

    func cancelled(_ key: String) { jobs[key]?.isCancelled = true }

    func deleted(_ key: String) { jobs[key]?.isDeleted = true }

    func contradiction(_ words: String) { contradictions.append(words) }

    /// How many operations were acknowledged.
    var count: Int {
        jobs.values.reduce(0) { $0 + 1 + ($1.isCancelled ? 1 : 0) + ($1.isDeleted ? 1 : 0) }
    }
}
