import ClusterVocabulary
import Datasets
package import JobSpecification
package import Training

/// What a job amounts to on its data: numbers for people before anything runs.
package struct JobPlan: Sendable, Equatable {
    /// Rows the model learns from.
    package let trainRows: Int
    /// Rows measured during training.
    package let validationRows: Int
    /// Rows measured at the end.
    package let testRows: Int
    /// Numbers of one row.
    package let featureCount: Int
    /// Classes told apart.
    package let classCount: Int
    /// Parameters of the model.
    package let parameterCount: Int
    /// Floats that workers exchange: parameters, and momentum when it is averaged.
    package let stateCount: Int
    /// H, the local steps of a round.
    package let stepsPerRound: Int
    /// Local steps of each replica in the whole job.
    package let steps: Int
    /// Rounds of the job.
    package let rounds: Int
    /// Bytes of the converted data, shared by all replicas of a host.
    package let dataBytes: Int
    /// About how many bytes one replica takes beyond the data.
    package let replicaBytes: Int

    /// `averaging.every: planned` means four averages per pass, at most so many steps apart.
    static let longestAutomaticRound = 64

    /// Plans a job over checked data; throws the first reason why it cannot run.
    package init(
        _ job: TrainJobSpecification, data: CheckedData
    ) throws(TrainingRefusal) {
        let featureCount = try JobPlan.featureCount(job, data)
        let split =
            data.testRows > 0
            ? try DataSplit(
                trainingRows: data.rows - data.testRows, testRows: data.testRows,
                validation: job.validationFraction, seed: job.splitSeed)
            : try DataSplit(
                rows: data.rows, validation: job.validationFraction, test: job.testFraction,
                seed: job.splitSeed)
        let layout = try ParameterLayout(
            architecture: ModelArchitecture(job.model, loss: Loss(job.loss)),
            featureCount: featureCount, classCount: data.classCount)
        let optimizer = try OptimizerConfiguration(
            job.optimizer, averagesState: job.averagesOptimizerState)
        var work = job.work(data: DatasetReference(key: "", files: [], format: ""))
        if work.stepsPerRound == 0 {
            // The rule by which the scheduler freezes it.
            let rowsPerStep = max(1, job.replicas * job.batchSize)
            let stepsPerPass = max(1, data.rows / rowsPerStep)
            work.stepsPerRound = min((stepsPerPass + 3) / 4, JobPlan.longestAutomaticRound)
        }
        let plan = try TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer)
        trainRows = split.train.count
        validationRows = split.validation.count
        testRows = split.test.count
        self.featureCount = featureCount
        classCount = data.classCount
        parameterCount = layout.parameterCount
        stateCount =
            optimizer.stateCount(layout)
            + (LBFGSSolver(optimizer, layout)?.elementCount ?? 0)
        stepsPerRound = min(work.stepsPerRound, plan.totalSteps)
        steps = plan.totalSteps
        rounds = plan.rounds
        dataBytes = data.rows * (data.featureCount + 1) * MemoryLayout<Float>.size
        // Its own parameters, gradient and velocity, its delta, and values and errors of a batch.
        let widths = layout.stages.reduce(featureCount) { $0 + $1.outputs }
        let floats = 3 * layout.parameterCount + stateCount + 2 * job.batchSize * widths
        replicaBytes = floats * MemoryLayout<Float>.size
    }

    /// Features of a row after the steps; refuses steps that do not fit the columns.
    private static func featureCount(
        _ job: TrainJobSpecification, _ data: CheckedData
    ) throws(TrainingRefusal) -> Int {
        let steps = job.preprocessing.steps
        let columns = data.schema.columns.map { column in
            RawColumn(
                name: column.name, isCategorical: column.kind == .categorical,
                categories: column.categories, missing: column.missing)
        }
        do throws(PreprocessingProblem) {
            if data.schema.isSparse {
                guard steps.isEmpty, !job.standardizes else { throw PreprocessingProblem.sparse }
                return data.featureCount
            }
            try TransformFitting.check(
                steps, columns: columns, predictsNumber: data.schema.target == .number)
            return try TransformFitting.featureCount(steps, columns: columns)
        } catch {
            throw .preprocessing(error)
        }
    }

    /// Bytes all hosts together send in one round: every host scatters and gathers the state.
    package func bytesPerRound(hosts: Int) -> Int {
        hosts > 1 ? 2 * (hosts - 1) * stateCount * MemoryLayout<Float>.size : 0
    }
}
