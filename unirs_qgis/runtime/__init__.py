"""The runtime: its Python environment, its models, its worker.

====================  ========================================================================
``environment``       which environment there is, and whether it can be used
``runtime_setup``     set-up, repair and removal as the window uses them
``installation``      the steps of a set-up
``housekeeping``      its lock; what is removed
``uv_runs``           what uv is run for
``offline``           a folder that another computer is set up from
``plan``              which PyTorch it installs, how much that is, and where it goes
``graphics``          the graphics card, for which the build of PyTorch is chosen
``platforms``         the platform of this computer
``locks``             the exact files of a set-up
``sources``           where packages come from
``uv``                the program that installs: where it is, its progress, its failures
``download``          downloads through the network of QGIS
``own_python``        a Python of the user's own
``access``            key and permission of a request to a server
``capabilities``      what a loaded model can do, in plain words
``model_list``        the models of all engines, as the runtime lists them
``model_names``       what the name of a model tells: its engine, its server's host
``models``            the runtime's commands on models
``model_manager``     the same in the background, for the options page
``worker``            requests to the worker, with signals
``worker_failures``   why the worker ended, in plain words
``programs``          programs in the background: output, stop, environment variables, proxy
====================  ========================================================================
"""
