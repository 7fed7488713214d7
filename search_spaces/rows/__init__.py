"""Settings that spaces build on.

garments       the rows of the paper's Table 3: FashionMNIST
bike_sharing   the rows of its Table 5
published      either of them as they were actually run
methods        students made by other transfer methods
generalised    students that see less of the same objects than their teachers
controls       a teacher's row, of less and less of the teacher; students alone to beat
searched       what several spaces search: λ, T, the learning rate
fair           ways to learn from a teacher, each a search with the same budget
"""
