import ClusterVocabulary

/// Ended jobs that are deleted at a time, the earliest first.
struct ExpiringJobs: Sendable {
    /// One job with its time.
    private struct Entry: Sendable {
        let at: Int64
        let job: JobID
    }

    private var entries: [Entry] = []

    /// Takes in an ended job whose `ttlAfterFinished` is set.
    mutating func insert(_ record: JobRecord) {
        let keep = record.requirements.keepFinishedSeconds
        guard keep > 0 else { return }
        let (at, overflow) = record.finishedAt.addingReportingOverflow(
            keep.multipliedClamped(by: 1_000))
        let entry = Entry(at: overflow ? .max : at, job: record.id)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].at <= entry.at { low = middle + 1 } else { high = middle }
        }
        entries.insert(entry, at: low)
    }

    /// Takes out the jobs whose time has come, at most `most`.
    mutating func takeExpired(at wallMilliseconds: Int64, most: Int) -> [JobID] {
        let expired = entries.prefix(most).prefix { $0.at <= wallMilliseconds }.map(\.job)
        entries.removeFirst(expired.count)
        return expired
    }
}
