import LinearAlgebra
import Testing

@testable import Training

/// One step of plain descent at rate 0.5 against values that PyTorch 2.13 computed (float32), for
/// networks that use every layer and loss PyTorch has.
///
/// Parameters, features and targets are made by ``numbers(_:_:)``; weights stand as
/// `ParameterLayout` says, images as [height x width x channels].
struct NetworkParityTests {
    struct Expected: Sendable {
        var loss: Double
        var parameters: [Float]
    }

    private static let rows = 6

    private static func numbers(_ count: Int, _ shift: Int) -> [Float] {
        (0..<count).map { Float(($0 * 37 + shift * 11) % 101) / 101 - 0.5 }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var layers: [NetworkLayer]
        var loss = Loss.softmaxCrossEntropy(smoothing: 0)
        var classes = 3
        var features = 4
        var image: ModelArchitecture.ImageShape?
        var classWeights: [Float]?
    }

    static let cases = [
        Case(
            testDescription: "batchNorm and gelu",
            layers: [
                .dense(units: 5, activation: .identity),
                .batchNorm(epsilon: 1e-5, momentum: 0.1), .activation(.gelu),
            ]),
        Case(
            testDescription: "layerNorm, geluTanh, smoothed and weighted",
            layers: [
                .dense(units: 5, activation: .identity), .layerNorm(epsilon: 1e-5),
                .activation(.geluTanh),
            ], loss: .softmaxCrossEntropy(smoothing: 0.1), classWeights: [0.5, 2, 1]),
        Case(
            testDescription: "convolution and pools",
            layers: [
                .convolution(filters: 3, size: 3, stride: 1, padding: 1, activation: .relu),
                .maximumPool(size: 2, stride: 1, padding: 0),
                .averagePool(size: 2, stride: 1, padding: 0), .flatten,
            ], classes: 2, features: 32,
            image: ModelArchitecture.ImageShape(height: 4, width: 4, channels: 2)),
        Case(
            testDescription: "leakyRelu and huber",
            layers: [.dense(units: 3, activation: .leakyRelu(slope: 0.1))],
            loss: .huber(delta: 0.7), classes: 0),
        Case(
            testDescription: "tanh and poisson", layers: [.dense(units: 3, activation: .tanh)],
            loss: .poisson, classes: 0),
        Case(
            testDescription: "sigmoid and logistic",
            layers: [.dense(units: 3, activation: .sigmoid)], loss: .logistic, classes: 2),
        Case(testDescription: "squared", layers: [], loss: .squared, classes: 0),
        Case(testDescription: "absolute", layers: [], loss: .absolute, classes: 0),
        Case(testDescription: "squaredHinge", layers: [], loss: .squaredHinge),
    ]

    @Test(arguments: cases)
    func oneStepIsThatOfPyTorch(_ example: Case) throws {
        try BLAS.load()
        let rows = Self.rows
        let features = Self.numbers(rows * example.features, 2).map { $0 * 2 }
        let data =
            example.classes == 0
            ? try TrainingData(
                features: features, targets: Self.numbers(rows, 3).map { ($0 + 0.5) * 3 },
                featureCount: example.features)
            : try TrainingData(
                features: features, labels: (0..<rows).map { Int32($0 % example.classes) },
                featureCount: example.features, classCount: example.classes)
        let trainer = try ReplicaTrainer(
            data: data, trainRows: SampleData.rows(rows), standardization: nil,
            architecture: ModelArchitecture(
                layers: example.layers, loss: example.loss, image: example.image),
            plan: TrainingPlan(
                replicas: 1, batchSize: rows, epochs: 1, every: 1, seed: 1, trainRows: rows),
            optimizer: OptimizerConfiguration(learningRate: 0.5, momentum: 0),
            classWeights: example.classWeights)
        let count = trainer.layout.parameterCount
        let state =
            Self.numbers(count, 1) + [Float](repeating: 0, count: trainer.stateCount - count)
        var delta = [Float](repeating: 0, count: trainer.stateCount)
        let counts = try #require(
            trainer.run(replica: 0, round: 0, globalState: state, delta: &delta))
        let expected = try #require(Self.expected[example.testDescription])
        #expect(abs(counts.meanLoss - expected.loss) < 2e-6 * max(1, expected.loss))
        try #require(expected.parameters.count == count)
        for index in 0..<count {
            let found = state[index] + delta[index]
            #expect(abs(found - expected.parameters[index]) < 2e-6, "parameter \(index)")
        }
    }

    private static let expected: [String: Expected] = [
        "batchNorm and gelu": Expected(
            loss: 1.12027764,
            parameters: [
                -0.391329795, -0.0252486896, 0.341066778, -0.292319894, 0.0707771927, 0.443213165,
                -0.191555783, 0.169787064, -0.461471289, -0.0968768895, 0.268058509, -0.362461358,
                0.00300239027, 0.375096053, -0.257795453, 0.102012262, 0.472550631, -0.159148067,
                0.205925569, -0.428439468, -0.0643564463, 0.301980197, -0.331683159, 0.0346534848,
                0.400990129, -0.231312513, 0.16615364, -0.498003244, -0.146223038, 0.232153863,
                -0.403033853, -0.00786215626, 0.32526055, -0.297745198, 0.0594147667, 0.431106895,
                -0.198089674, 0.166054353, -0.47180748, -0.10913974, 0.268802583, -0.378910303,
                -0.0229752809, 0.370589077, -0.263139486, 0.0872192755, 0.46313861, -0.157930583,
                0.185376748, -0.444552451, -0.0786678791, 0.241799608, -0.286894083,
            ]),
        "layerNorm, geluTanh, smoothed and weighted": Expected(
            loss: 1.05884492,
            parameters: [
                -0.389453143, -0.0262534302, 0.341596335, -0.291399449, 0.0709567219, 0.446583241,
                -0.192276537, 0.17102693, -0.464410722, -0.0941879973, 0.273042679, -0.362559915,
                0.00541122165, 0.373612344, -0.262344331, 0.102825627, 0.475515753, -0.170051172,
                0.201367974, -0.426823884, -0.0691853315, 0.30733493, -0.317336649, 0.0265963804,
                0.394174904, -0.229769409, 0.155425727, -0.48324573, -0.15536198, 0.223370239,
                -0.405634999, -0.0255211275, 0.311801046, -0.275040507, 0.0492534265, 0.443993211,
                -0.201553166, 0.11446064, -0.461260676, -0.122926563, 0.253133774, -0.375211775,
                0.0233350601, 0.356462568, -0.250296384, 0.0900017694, 0.462903589, -0.152647227,
                0.188956484, -0.443608761, -0.177889377, 0.360572398, -0.30644542,
            ]),
        "convolution and pools": Expected(
            loss: 0.71603626,
            parameters: [
                -0.408624083, 0.000282892957, 0.333472759, -0.294999152, 0.0943742618, 0.42410472,
                -0.214597896, 0.183541119, -0.474723905, -0.104185894, 0.275939196, -0.379081756,
                0.0187436193, 0.370506823, -0.271500677, 0.0955119431, 0.501084745, -0.1844991,
                0.216682911, -0.436281472, -0.0663111731, 0.328294724, -0.33363691, 0.0336617194,
                0.412078142, -0.254725337, 0.138310865, -0.483107865, -0.137787268, 0.261388481,
                -0.381798714, -0.0585287511, 0.338475943, -0.301092029, 0.039832335, 0.44654265,
                -0.182736188, 0.106684193, -0.419253021, -0.106105611, 0.228051186, -0.339711785,
                0.0198900905, 0.324412525, -0.214940906, 0.0953475758, 0.412014872, -0.131220788,
                0.233130783, -0.463457376, -0.112938434, 0.304175407, -0.379074097, 0.0782083422,
                0.434907854, -0.222837865, 0.0418524668, 0.401181757, -0.175602421, 0.156696692,
                -0.517318606, -0.0939425379, 0.250228375, -0.39009887, 0.0275865458, 0.353119016,
                -0.304693669, 0.112980515, -0.570557237, -0.0249441415, 0.284513324, -0.315112531,
                0.09157601, 0.400873214, -0.210624442, 0.162376076, 0.477363974, -0.11549525,
                0.274990678, -0.410010248, 0.0062007606, 0.207166433, -0.276473343,
            ]),
        "leakyRelu and huber": Expected(
            loss: 0.456852078,
            parameters: [
                -0.398822159, -0.0245550051, 0.350100636, -0.297341079, 0.0528575145, 0.436074555,
                -0.163132668, 0.171258837, -0.448244125, -0.0943697095, 0.258894175, -0.353117496,
                0.0174299963, 0.469213963, -0.281986862, 0.17636466, 0.526964962, -0.12019819,
                0.411193728,
            ]),
        "tanh and poisson": Expected(
            loss: 1.05495989,
            parameters: [
                -0.390681714, -0.0438715629, 0.344038606, -0.293999285, 0.0788797364, 0.376247764,
                -0.19891125, 0.173924997, -0.461584181, -0.0701906905, 0.271853954, -0.359508574,
                -0.00680323318, 0.351265728, -0.246894643, 0.120955296, 0.353709519, -0.107084528,
                0.078797169,
            ]),
        "sigmoid and logistic": Expected(
            loss: 0.69992739,
            parameters: [
                -0.388091922, -0.0242079608, 0.338186085, -0.289298832, 0.0890191644, 0.441922754,
                -0.209438026, 0.186465681, -0.465304017, -0.0947984681, 0.277817994, -0.365828097,
                0.00385552761, 0.363392174, -0.260023057, 0.0434018746, 0.452754438, -0.222539082,
                0.146726638,
            ]),
        "squared": Expected(
            loss: 1.87537432,
            parameters: [
                -0.356981605, -0.0589051098, 0.276177526, -0.0648663044, 1.04943967,
            ]),
        "absolute": Expected(
            loss: 1.16789198,
            parameters: [
                -0.392739296, 0.0511551201, 0.32838282, -0.227722764, 0.407590777,
            ]),
        "squaredHinge": Expected(
            loss: 4.60745955,
            parameters: [
                0.0158576965, 0.224269733, 0.00434139371, 0.0125771165, 0.127665445, -0.313689291,
                -0.192272291, 0.0865965039, -0.193850279, 0.130216345, -0.113945693, -0.142654896,
                -0.511616588, -0.33611083, -0.503839552,
            ]),
    ]
}
