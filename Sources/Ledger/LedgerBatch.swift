package import ClusterVocabulary

/// Everything one commit makes durable: written together or not at all.
package struct LedgerBatch: Sendable, Equatable {
    /// What happened, in order.
    package var facts: [LedgerFact]
    /// The newest record of every job that changed; each job at most once.
    package var jobs: [JobRecord]
    /// The canonical YAML of fresh submissions.
    package var specifications: [JobSpecificationText]
    /// The newest record of every node that changed.
    package var nodes: [NodeRecord]
    /// Models stored.
    package var models: [ModelRecord]
    /// Jobs that become tombstones; their rows and facts stay.
    package var deletedJobs: [JobID]
    /// What changed of experiments and their trials.
    package var experiments = ExperimentBatch()
    /// Nodes that are no more; their facts stay.
    package var removedNodes: [NodeID] = []
    /// Users, tokens, keys and claims that change.
    package var access: [AccessChanges] = []
    /// Who did what, in order.
    package var audits: [AuditRecord] = []

    /// The text of a job's specification with its job.
    package struct JobSpecificationText: Sendable, Equatable {
        /// The job.
        package var job: JobID
        /// The canonical YAML.
        package var text: String

        /// Makes the pair.
        package init(job: JobID, text: String) {
            self.job = job
            self.text = text
        }
    }

    /// Makes a batch; parts left out are empty.
    package init(
        facts: [LedgerFact] = [], jobs: [JobRecord] = [],
        specifications: [JobSpecificationText] = [], nodes: [NodeRecord] = [],
        models: [ModelRecord] = [], deletedJobs: [JobID] = []
    ) {
        self.facts = facts
        self.jobs = jobs
        self.specifications = specifications
        self.nodes = nodes
        self.models = models
        self.deletedJobs = deletedJobs
    }

    /// Whether there is nothing to commit.
    package var isEmpty: Bool {
        facts.isEmpty && jobs.isEmpty && specifications.isEmpty && nodes.isEmpty
            && models.isEmpty && deletedJobs.isEmpty && experiments.isEmpty
            && removedNodes.isEmpty && access.allSatisfy(\.isEmpty)
            && audits.isEmpty
    }
}
