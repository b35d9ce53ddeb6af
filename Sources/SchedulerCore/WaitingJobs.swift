import ClusterVocabulary

/// What decides where a waiting job can start: jobs with equal needs stand in one line.
///
/// When the first of a line finds no place, nobody behind it does, so a placing pass costs as
/// much as there are lines, not as there are jobs.
struct PlacementNeeds: Hashable, Sendable {
    var perLane: ResourceAmount
    var numerics: String
    var coreType: String
    var fingerprint: String
    var dataKey: String
    /// Whether rounds have no frozen length yet: the rows must be known first.
    var needsRows: Bool
    /// Ranks that must fit at once; 0 for a training job.
    var ranks: Int
    /// The most nodes those may take; 0 for any number, and for a training job.
    var mostHosts: Int
    /// As whom those run: not every node can run everybody's.
    var owner: CommandOwner?
    /// Set for a job that keeps off a node for a while: it stands alone.
    var alone: JobID?

    init(_ entry: JobEntry) {
        perLane = entry.record.requirements.perLane
        numerics = entry.record.requirements.numerics
        coreType = entry.record.coreType
        fingerprint = entry.record.fingerprint
        dataKey = entry.record.work.data.key
        needsRows = entry.record.work.stepsPerRound == 0 && entry.record.command == nil
        ranks = entry.record.command?.ranks ?? 0
        mostHosts = ranks > 0 ? entry.record.requirements.mostHosts : 0
        owner = ranks > 0 ? entry.record.owner : nil
        alone = entry.avoided.isEmpty ? nil : entry.record.id
    }
}

/// Jobs in order of acceptance; cheap to append to and to take the first from.
struct JobLine: Sendable {
    private var ids: [JobID] = []
    /// How many at the front of `ids` are gone already.
    private var start = 0

    var count: Int { ids.count - start }
    var isEmpty: Bool { count == 0 }
    var first: JobID? { isEmpty ? nil : ids[start] }
    var all: ArraySlice<JobID> { ids[start...] }

    /// How many come before the job.
    func rank(of job: JobID) -> Int {
        var low = start
        var high = ids.count
        while low < high {
            let middle = low + (high - low) / 2
            if ids[middle] < job { low = middle + 1 } else { high = middle }
        }
        return low - start
    }

    mutating func insert(_ job: JobID) {
        ids.insert(job, at: start + rank(of: job))
    }

    mutating func remove(_ job: JobID) {
        let place = start + rank(of: job)
        guard place < ids.count, ids[place] == job else { return }
        if place == start {
            start += 1
            if start * 2 > ids.count {
                ids.removeFirst(start)
                start = 0
            }
        } else {
            ids.remove(at: place)
        }
    }
}

/// All waiting jobs: the runnable ones in lines by need, the suspended and resting ones apart.
struct WaitingJobs: Sendable {
    private var lines: [PlacementNeeds: JobLine] = [:]
    /// The line of each runnable job.
    private var lineOf: [JobID: PlacementNeeds] = [:]
    private var suspended = JobLine()

    var count: Int { runnableCount + suspended.count }
    var runnableCount: Int { lineOf.count }

    /// Takes a job in, to the resting ones when it must wait for a time; says the needs of its line
    /// when it is the first of it.
    mutating func insert(_ job: JobID, _ entry: JobEntry) -> PlacementNeeds? {
        guard !entry.record.requirements.isSuspended, entry.notBefore == nil else {
            suspended.insert(job)
            return nil
        }
        let needs = PlacementNeeds(entry)
        lineOf[job] = needs
        lines[needs, default: JobLine()].insert(job)
        return lines[needs]?.first == job ? needs : nil
    }

    /// Takes a job out; nothing happens when it does not wait.
    mutating func remove(_ job: JobID) {
        guard let needs = lineOf.removeValue(forKey: job) else {
            suspended.remove(job)
            return
        }
        lines[needs]?.remove(job)
        if lines[needs]?.isEmpty ?? false { lines[needs] = nil }
    }

    /// The first job of a line.
    func first(of needs: PlacementNeeds) -> JobID? { lines[needs]?.first }

    /// How many stand in a line.
    func count(of needs: PlacementNeeds) -> Int { lines[needs]?.count ?? 0 }

    /// The lines, by their first job.
    func linesInOrder() -> [(first: JobID, needs: PlacementNeeds)] {
        lines.compactMap { needs, line in line.first.map { (first: $0, needs: needs) } }
            .sorted { $0.first < $1.first }
    }

    /// How many runnable jobs come before the job.
    func ahead(of job: JobID) -> Int {
        lines.values.reduce(0) { $0 + $1.rank(of: job) }
    }

    /// Every waiting job that reads the data set, in order of acceptance.
    func reading(_ dataKey: String, among jobs: [JobID: JobEntry]) -> [JobID] {
        let runnable = lines.filter { $0.key.dataKey == dataKey }.flatMap { $0.value.all }
        let resting = suspended.all.filter { jobs[$0]?.record.work.data.key == dataKey }
        return (runnable + resting).sorted()
    }

    /// Whether a job stands in another line than its present needs say; for checks.
    func isMisplaced(_ job: JobID, _ entry: JobEntry) -> Bool {
        lineOf[job].map { $0 != PlacementNeeds(entry) } ?? false
    }

    /// Every waiting job in order of acceptance; for checks.
    func inOrder() -> [JobID] { (lines.values.flatMap(\.all) + suspended.all).sorted() }
}
