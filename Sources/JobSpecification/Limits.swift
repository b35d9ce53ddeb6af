/// Every bound of the specification reader; what exceeds one is refused with a diagnostic.
package enum Limits {
    // MARK: The text

    /// The longest file, in UTF-8 bytes (1 MiB).
    package static let textBytes = 1 << 20
    /// The most documents in one file.
    package static let documents = 1_000
    /// The deepest nesting of maps and lists in one document.
    package static let nesting = 32
    /// The most values in one document, every alias counted as often as it is used.
    package static let nodes = 50_000
    /// The most aliases (`*name`) in one file: enough for people, too few to blow a document up.
    package static let aliases = 16
    /// Documents up to this size are searched for more than one duplicate key.
    package static let shortDocumentBytes = 65_536
    /// The most duplicate keys found in one document before the reader stops looking.
    package static let duplicateKeys = 16
    /// The most diagnostics kept for one file; the last one says how many more there were.
    package static let diagnostics = 100
    /// The most overrides (`--set`) of one reading.
    package static let overrides = 100
    /// The longest override, in UTF-8 bytes.
    package static let overrideBytes = 4_096
    /// The longest piece of input repeated in a message, in Unicode scalars.
    package static let quotedScalars = 64
    /// The longest source line kept with a diagnostic, in Unicode scalars.
    package static let sourceLineScalars = 4_000
    /// The widest part of a source line that is shown, in Unicode scalars.
    package static let shownLineScalars = 90

    // MARK: Names and paths

    /// The longest name of a job, namespace, model or worker, in UTF-8 bytes (a DNS label).
    package static let nameBytes = 63
    /// The most labels; as many annotations again.
    package static let labels = 64
    /// The longest key of a label or annotation, in UTF-8 bytes.
    package static let labelKeyBytes = 253
    /// The longest value of a label, in UTF-8 bytes.
    package static let labelValueBytes = 63
    /// The longest value of an annotation, in UTF-8 bytes.
    package static let annotationBytes = 4_096
    /// The longest path of a data file, in UTF-8 bytes.
    package static let pathBytes = 4_096
    /// The longest name of a label column, in UTF-8 bytes.
    package static let columnNameBytes = 256
    /// Numbers of a label column; the first column is 0, the last is -1.
    package static let columnIndex = -1_000_000...1_000_000
    /// The longest canonical text of a data format, in UTF-8 bytes.
    package static let formatBytes = 65_536
    /// Columns, labels or missing markers that a format or a step may name.
    package static let columns = 1_024
    /// Features of a sparse set that a format may state.
    package static let features = 1...(1 << 20)
    /// Rows that may be left out because something is wrong with them.
    package static let badRows = 0...1_000_000_000

    // MARK: The experiment

    /// The longest name of an experiment, in UTF-8 bytes: its run and a trial's number come behind.
    package static let experimentNameBytes = 40
    /// The longest name of a parameter, in UTF-8 bytes.
    package static let parameterNameBytes = 63
    /// The longest name of a metric, in UTF-8 bytes.
    package static let metricBytes = 256
    /// The most objectives.
    package static let objectives = 16
    /// The most choices of a parameter.
    package static let choices = 10_000
    /// The most choices of a parameter that are tried in the template when an experiment is read.
    static let probedChoices = 64
    /// The most known points tried first.
    package static let enqueuedPoints = 10_000
    /// The most experiments whose trials are taken over.
    package static let warmStarts = 16
    /// Trials when the specification does not say.
    package static let defaultTrials = 100
    /// How long a program may take over a trial when the specification does not say: a day.
    package static let externalSeconds: Int64 = 86_400

    // MARK: The job

    /// Logical replicas.
    package static let replicas = 1...1_024
    /// The most hidden layers.
    package static let hiddenLayers = 16
    /// The most layers of a `cnn`.
    package static let networkLayers = 128
    /// Sides, channels and windows of images.
    package static let imageSide = 1...4_096
    /// Learned numbers per input of a factorization machine.
    package static let factors = 1...1_024
    /// Units of one hidden layer.
    package static let layerWidth = 1...65_536
    /// Passes over the training rows.
    package static let epochs = 1...1_000_000
    /// Rows per step and replica.
    package static let batchSize = 1...65_536
    /// Epochs without improvement.
    package static let patience = 1...1_000_000
    /// Pairs of differences that lbfgs keeps.
    package static let solverMemory = 1...100
    /// Rows computed at once by lbfgs when the specification does not say.
    static let fullBatchSize = 256
    /// Local steps between two averages.
    package static let stepsPerRound = 1...1_000_000
    /// The step from which `postLocal` averages less often.
    package static let localFrom = 1...1_000_000_000
    /// Seconds between checkpoints when nothing is said.
    package static let defaultCheckpointSeconds: Int64 = 60
    /// Rounds between checkpoints.
    package static let checkpointRounds: ClosedRange<Int64> = 1...1_000_000_000
    /// The largest outer learning rate.
    package static let outerRate: Float = 100
    /// The largest learning rate.
    package static let learningRate: Float = 1_000_000
    /// Thousandths of a processor core per replica.
    package static let milliCPU: ClosedRange<Int64> = 1...1_024_000
    /// Bytes of memory per replica (1 MiB to 64 TiB).
    package static let memoryBytes: ClosedRange<Int64> = (1 << 20)...(64 << 40)
    /// The most hosts a job may be bounded to.
    package static let hosts = 1...1_024
    /// Trainer failures allowed.
    package static let backoff = 0...1_000
    /// Seconds of a time limit or of keeping a finished job (ten years at most).
    package static let policySeconds: ClosedRange<Int64> = 1...(3_650 * 86_400)
    /// Seconds of silence of a host before its ranks run elsewhere.
    package static let restartAfterSeconds: ClosedRange<Int64> = 5...(365 * 86_400)
    /// Bytes of one data file (1 PiB at most).
    package static let fileBytes: ClosedRange<Int64> = 0...(1 << 50)

    // MARK: The cluster

    /// The most workers a cluster file describes.
    package static let workers = 1_024
    /// Lanes of one worker.
    package static let slots = 1...1_024
    /// Ports of an address.
    package static let ports = 1...65_535
    /// The longest host of an address, in UTF-8 bytes.
    package static let hostBytes = 253
    /// Milliseconds between heartbeats and of silence.
    package static let heartbeatMilliseconds: ClosedRange<Int64> = 10...3_600_000
    /// How many heartbeats must fit into the silence that makes a node suspect.
    package static let heartbeatsPerSilence: Int64 = 3
    /// Bytes of free disk to keep (up to 64 TiB).
    package static let diskFloorBytes: ClosedRange<Int64> = 0...(64 << 40)
    /// How long things are kept, in seconds (up to ten years).
    package static let retentionSeconds: ClosedRange<Int64> = 1...(3_650 * 86_400)
}
