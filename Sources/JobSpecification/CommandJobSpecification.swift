package import ClusterVocabulary

/// A command job as submitted: validated, with every default filled in.
package struct CommandJobSpecification: Sendable, Equatable {
    /// Where the working folder comes from.
    package enum Workdir: Sendable, Equatable {
        /// An empty folder.
        case none
        /// A folder on the client, as written, relative to the spec's folder.
        case folder(String)
        /// A folder the client has packed and uploaded.
        case archive(StoredArchive)
    }

    /// `metadata.name`.
    package var name: String
    /// `metadata.namespace`.
    package var namespace: String
    /// Labels, ordered by key.
    package var labels: [Label] = []
    /// Annotations, ordered by key.
    package var annotations: [Label] = []
    /// What runs; its `workdir` stands in ``workdir``.
    package var command: CommandWork
    /// Where the command starts.
    package var workdir = Workdir.none
    /// What one rank takes.
    package var perRank = TrainJobReader.defaultAmount
    /// The most hosts to spread over; 0 means any number.
    package var mostHosts = 0
    /// Seconds from first start to failure; 0 means none.
    package var timeLimitSeconds: Int64 = 0
    /// Seconds a finished job is kept; 0 means for ever.
    package var keepFinishedSeconds: Int64 = 0
    /// Whether the job waits until resumed.
    package var isSuspended = false

    /// A command job with everything else at its default.
    package init(name: String, namespace: String = "default", command: CommandWork) {
        self.name = name
        self.namespace = namespace
        self.command = command
    }

    /// The work order; a folder of the client must have been packed.
    package var work: CommandWork {
        var work = command
        if case .archive(let archive) = workdir { work.workdir = archive }
        return work
    }

    /// What placing the job needs.
    package var requirements: JobRequirements {
        JobRequirements(
            perLane: perRank, mostHosts: mostHosts, numerics: "auto",
            timeLimitSeconds: timeLimitSeconds, backoffLimit: command.programRetries,
            keepFinishedSeconds: keepFinishedSeconds, isSuspended: isSuspended, modelName: "")
    }
}

/// One document of a file: a job of either kind.
package enum JobDocument: Sendable, Equatable {
    /// `kind: TrainJob`.
    case train(TrainJobSpecification)
    /// `kind: Job`.
    case command(CommandJobSpecification)

    /// `metadata.name`.
    package var name: String {
        switch self {
        case .train(let job): job.name
        case .command(let job): job.name
        }
    }

    /// `metadata.namespace`.
    package var namespace: String {
        get {
            switch self {
            case .train(let job): job.namespace
            case .command(let job): job.namespace
            }
        }
        set {
            switch self {
            case .train(var job):
                job.namespace = newValue
                self = .train(job)
            case .command(var job):
                job.namespace = newValue
                self = .command(job)
            }
        }
    }

    /// The training job, if it is one.
    package var training: TrainJobSpecification? {
        if case .train(let job) = self { job } else { nil }
    }

    /// What placing needs.
    package var requirements: JobRequirements {
        switch self {
        case .train(let job): job.requirements
        case .command(let job): job.requirements
        }
    }

    /// Replicas of a training job, ranks of a command.
    package var processCount: Int {
        switch self {
        case .train(let job): job.replicas
        case .command(let job): job.command.ranks
        }
    }

    /// The document with every default written out.
    package func canonicalYAML() -> String {
        switch self {
        case .train(let job): job.canonicalYAML()
        case .command(let job): job.canonicalYAML()
        }
    }
}
