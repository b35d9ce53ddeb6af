package import ClusterVocabulary

/// What one commit makes durable of experiments.
package struct ExperimentBatch: Sendable, Equatable {
    /// The newest record of every experiment that changed; each at most once.
    package var records: [ExperimentRecord] = []
    /// The canonical YAML of fresh experiments.
    package var specifications: [SpecificationText] = []
    /// The newest state of every trial that changed; each at most once.
    package var trials: [Trial] = []
    /// Experiments that become tombstones; their trials go.
    package var deleted: [ExperimentID] = []

    /// The text of an experiment's specification.
    package struct SpecificationText: Sendable, Equatable {
        /// The experiment.
        package var experiment: ExperimentID
        /// The canonical YAML.
        package var text: String

        /// Makes the pair.
        package init(experiment: ExperimentID, text: String) {
            self.experiment = experiment
            self.text = text
        }
    }

    /// Makes an empty batch.
    package init() {}

    /// Whether there is nothing to commit.
    package var isEmpty: Bool {
        records.isEmpty && specifications.isEmpty && trials.isEmpty && deleted.isEmpty
    }
}
